/// Why a gateway call has no usable response.
///
/// One property for each fact that the journal, the log or a caller of the API is shown.
package struct GatewayFailure: Error, Equatable, Sendable {
    /// What is known about the call.
    package enum Kind: Equatable, Sendable {
        /// The gateway certainly did not receive it: no address, no connection, no TLS, or no
        /// signature.
        case notSent

        /// The gateway rejected the request.
        case refused

        /// No complete response arrived in time.
        case timeout

        /// Anything else: an error of the gateway, an unreadable response, or a broken connection.
        case failed
    }

    package let kind: Kind

    /// For operators: the step that failed, and the cause; contains no text from the gateway.
    package let detail: String

    /// The HTTP status; nil without a response.
    package let status: Int?

    /// `responseCode` and `responseMessage`; nil without a readable SNAP response.
    package let responseCode: String?
    package let responseMessage: String?

    /// The response that was not a SNAP response, for operators; nil if there is none.
    ///
    /// One line with Content-Type, Location and the first bytes of the body. It must not be logged.
    package let excerpt: String?

    /// Whether a reused connection failed; the same call, signed again, may succeed on a new one.
    package let isOfReusedConnection: Bool

    package init(
        _ kind: Kind,
        _ detail: String,
        status: Int? = nil,
        responseCode: String? = nil,
        responseMessage: String? = nil,
        excerpt: String? = nil,
        isOfReusedConnection: Bool = false
    ) {
        self.kind = kind
        self.detail = detail
        self.status = status
        self.responseCode = responseCode
        self.responseMessage = responseMessage
        self.excerpt = excerpt
        self.isOfReusedConnection = isOfReusedConnection
    }
}

extension GatewayFailure: CustomStringConvertible {
    /// The full text; text from the gateway occurs in it only as ``excerpt``.
    package var description: String { excerpt.map { "\(summary), \($0)" } ?? summary }

    /// The description without the ``excerpt``, for the log.
    package var summary: String {
        var text = detail
        if let status { text += ", HTTP status \(status)" }
        if let responseCode { text += ", responseCode \(responseCode)" }
        return text
    }
}
