/// One request that was not accepted as the gateway's word.
package struct RefusedRequest: Sendable {
    /// Milliseconds since the epoch, by our clock.
    package var receivedMilliseconds: Int64
    package var client: String
    package var head: [UInt8]
    package var body: [UInt8]

    /// The protocol's code and message of the answer, which the store only keeps.
    package var code: String
    package var problem: String
    package var externalID: String?

    /// Whether it bears our client id or a well-formed signature: such refusals may be a
    /// configuration mistake and have a keep of their own, which noise cannot push them out of.
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
