/// A request that was rejected before or by the check of its signature.
package struct RejectedRequest: Sendable {
    /// Milliseconds since the epoch, by the receiver's clock.
    package var receivedMilliseconds: Int64
    package var client: String
    package var head: [UInt8]
    package var body: [UInt8]

    /// The code and the message of the response, in the words of the protocol; the store does not
    /// interpret them.
    package var code: String
    package var problem: String
    package var externalID: String?

    /// Whether it bears the configured client id or a well-formed signature.
    ///
    /// Such a request may point to a mistake in the configuration. Plausible requests have a limit
    /// of their own, so that others cannot displace them.
    package var isPlausible: Bool

    package init(
        receivedMilliseconds: Int64,
        client: String,
        head: [UInt8],
        body: [UInt8],
        code: String,
        problem: String,
        externalID: String?,
        isPlausible: Bool
    ) {
        self.receivedMilliseconds = receivedMilliseconds
        self.client = client
        self.head = head
        self.body = body
        self.code = code
        self.problem = problem
        self.externalID = externalID
        self.isPlausible = isPlausible
    }
}
