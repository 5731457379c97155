import HTTPClient
package import Snap

/// Why a call brought no usable answer.
package struct OutboundFailure: Equatable, Sendable {
    /// What is known of the call.
    package enum Kind: Equatable, Sendable {
        /// The gateway surely never got it: no address, no connection, no TLS, no signature.
        case notSent

        /// The gateway answered that it will not do it.
        case refused

        /// No whole answer came in time.
        case timeout

        /// Anything else: an error of the gateway, an answer nobody can read, a broken connection.
        case failed
    }

    package let kind: Kind

    /// For operators: which step failed, and how. Holds nothing that the gateway sent.
    package let detail: String

    /// The HTTP status; nil when no answer came.
    package let status: Int?

    /// `responseCode` and `responseMessage`; nil when there are none to read.
    package let responseCode: ResponseCode?
    package let responseMessage: String?

    /// What came instead of a SNAP answer, for operators: Content-Type, Location and the first
    /// bytes of the body, on one line; nil when nothing came, or a SNAP answer. Not for the log.
    package let excerpt: String?

    /// Whether a connection that was kept open turned out to be dead: the same call, signed anew,
    /// may well go through on a fresh one.
    package private(set) var isOfKeptConnection = false

    /// A failure of the gateway's answer rather than of the call.
    package init(ofAnswer detail: String) { self.init(.failed, detail) }

    init(
        _ kind: Kind,
        _ detail: String,
        status: Int? = nil,
        answer: ServiceAnswer? = nil,
        excerpt: String? = nil
    ) {
        self.kind = kind
        self.detail = detail
        self.status = status
        responseCode = answer?.code
        responseMessage = answer?.message
        self.excerpt = excerpt
    }

    init(_ error: HTTPClientError) {
        let kind: Kind = error.isCertainlyNotSent ? .notSent : error.isTimeout ? .timeout : .failed
        self.init(kind, error.description)
        isOfKeptConnection = error.isOfKeptConnection
    }
}

extension OutboundFailure: CustomStringConvertible {
    /// All of it; what the gateway sent is in it only as ``excerpt``.
    package var description: String { excerpt.map { "\(summary), \($0)" } ?? summary }

    /// The description without the ``excerpt``, for the log.
    package var summary: String {
        var text = detail
        if let status { text += ", HTTP status \(status)" }
        if let responseCode { text += ", responseCode \(responseCode)" }
        return text
    }
}
