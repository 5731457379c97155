package import HTTPCore

/// A request to send.
package struct OutboundRequest: Sendable {
    package var method: String

    /// Path and query, in origin-form (RFC 9112 section 3.2.1).
    package var target: String

    /// The header fields, sent in this order.
    ///
    /// Host and Content-Length are added; other fields that control framing or the connection are
    /// rejected.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]

    /// Whether the server may receive the request twice.
    ///
    /// Only such a request is sent again, once, when a reused connection fails after bytes were
    /// sent.
    package var isRepeatable: Bool

    /// Whether to use a new connection, never an idle one.
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

    /// Serialises the request for an origin.
    ///
    /// - Throws: an error of phase `prepare` if that is not possible.
    package func prepared(for origin: Origin) throws(HTTPClientError) -> PreparedRequest {
        do throws(UnsendableRequest) {
            let head = try serializeRequestHead(
                method: method,
                target: target,
                host: origin.authority,
                fields: fields,
                bodyBytes: body.count
            )
            return PreparedRequest(request: self, origin: origin, head: head)
        } catch { throw .unsendable(error.description) }
    }
}

/// A request as it is sent: serialised once, so that a record of it has the same bytes.
package struct PreparedRequest: Sendable {
    let request: OutboundRequest
    let origin: Origin

    /// The head exactly as sent, through the empty line.
    package let head: [UInt8]
}

/// A received response.
package struct InboundResponse: Sendable, Equatable {
    package let parsedHead: ResponseHead

    /// The body after decoding.
    package let body: [UInt8]

    package var status: Status { parsedHead.status }

    /// The head as received, from the status line through the empty line.
    package var head: [UInt8] { parsedHead.bytes }

    /// The value of a field that may occur only once, as a range into ``head``; the name is
    /// case-insensitive.
    package func single(_ name: String) -> SingleField { parsedHead.single(name) }
}
