import HTTPClient
import HTTPCore
import Payments
import Snap
import Text

/// The result of one gateway call, before it is interpreted for the payment.
enum GatewayReply {
    /// A SNAP response of the service that was called.
    case response(ServiceResponse, status: Int)

    /// A response that is not a SNAP response of the service: from a proxy or firewall, or
    /// malformed.
    case unreadable(GatewayFailure, status: Int)

    /// No complete response.
    case failed(GatewayFailure)

    /// Parses the response to a call of `service`.
    init(_ response: InboundResponse, from service: ResponseCode.Service) {
        self.init(
            status: response.status.code,
            body: response.body,
            contentType: response.text("Content-Type"),
            contentEncoding: response.text("Content-Encoding"),
            location: response.text("Location"),
            from: service
        )
    }

    /// Parses the response to a call of `service`, given by its parts.
    init(
        status: Int,
        body: [UInt8],
        contentType: String? = nil,
        contentEncoding: String? = nil,
        location: String? = nil,
        from service: ResponseCode.Service
    ) {
        do throws(ServiceResponseError) {
            let response = try ServiceResponse(body)
            guard response.code.service == service else {
                let detail = "the response belongs to another service"
                let failure = GatewayFailure(.failed, detail, status: status, response: response)
                self = .unreadable(failure, status: status)
                return
            }
            self = .response(response, status: status)
        } catch {
            let foreign = ForeignResponse(
                status: status,
                body: body,
                contentEncoding: contentEncoding
            )
            let failure = GatewayFailure(
                .failed,
                foreign?.description ?? "the response cannot be read: \(error)",
                status: status,
                excerpt: Self.excerpt(body, contentType: contentType, location: location)
            )
            self = .unreadable(failure, status: status)
        }
    }

    /// Maximum bytes quoted of a body or field that is not a SNAP response.
    private static let excerptBytesMax = 200

    private static func excerpt(
        _ body: [UInt8],
        contentType: String?,
        location: String?
    ) -> String {
        let parts = [
            contentType.map { "Content-Type \(shown(Array($0.utf8)))" },
            location.map { "Location \(shown(Array($0.utf8)))" },
            body.isEmpty ? "no body" : "body \(shown(body))",
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    /// The first bytes as quoted text: control characters are escaped, invalid UTF-8 becomes
    /// U+FFFD.
    private static func shown(_ bytes: [UInt8]) -> String {
        let text = quoted(String(decoding: bytes.prefix(excerptBytesMax), as: UTF8.self))
        return bytes.count > excerptBytesMax ? text + "…" : text
    }
}

extension InboundResponse {
    /// The value of a field that occurs once; nil otherwise.
    fileprivate func text(_ name: String) -> String? {
        guard case .value(let range) = single(name) else { return nil }
        return parsedHead.text(range)
    }
}

extension GatewayFailure {
    /// The failure of a call whose response was read, but is not usable.
    init(_ kind: Kind, _ detail: String, status: Int, response: ServiceResponse) {
        self.init(
            kind,
            detail,
            status: status,
            responseCode: response.code.description,
            responseMessage: response.message
        )
    }

    /// The failure of a call that has no response.
    init(_ error: HTTPClientError) {
        let kind: Kind = error.isCertainlyNotSent ? .notSent : error.isTimeout ? .timeout : .failed
        self.init(kind, error.description, isOfReusedConnection: error.isOfReusedConnection)
    }
}
