package import HTTPCore

/// A request to send.
package struct OutboundRequest: Sendable {
    package var method: String

    /// Path and query (origin-form).
    package var target: String

    /// Sent in this order. Host, Content-Length and the others that decide about framing and
    /// connection are not among them: they are written here, or refused.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]

    /// Whether the server may get the request twice. Only such a one is sent again, once, when a
    /// connection that was kept open turns out to be dead.
    package var isRepeatable: Bool

    /// Whether it is sent on a connection of its own, not on one that was kept open.
    package var needsFreshConnection = false

    package init(
        method: String,
        target: String,
        fields: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        isRepeatable: Bool
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        self.isRepeatable = isRepeatable
    }

    /// The head exactly as it is sent, through the empty line.
    ///
    /// - Throws: phase `prepare`, when it cannot be sent.
    package func headBytes(for origin: Origin) throws(HTTPClientError) -> [UInt8] {
        do throws(UnsendableRequest) {
            return try serializeRequestHead(
                method: method,
                target: target,
                host: origin.authority,
                fields: fields,
                bodyBytes: body.count
            )
        } catch { throw .unsendable(error.description) }
    }
}

/// The response that came.
package struct InboundResponse: Sendable, Equatable {
    package let parsedHead: ResponseHead

    /// After decoding.
    package let body: [UInt8]

    package var status: Status { parsedHead.status }

    /// The head as received, from the status line through the empty line.
    package var head: [UInt8] { parsedHead.bytes }

    /// The value of a field that may stand only once, as ranges into ``head``; its name in any
    /// case.
    package func single(_ name: String) -> RequestHead.Single { parsedHead.single(name) }
}
