import Text

/// A response of a SNAP service: its code and its body, which is serialized once.
package struct SnapResponse: Equatable, Sendable {
    package let code: ResponseCode

    /// The seven digits of ``code``.
    package let codeText: String

    /// The `responseMessage`.
    package let message: String

    /// `{"responseCode":"…","responseMessage":"…"}`.
    package let body: [UInt8]

    /// Serializes the body; responses that are often needed should be stored.
    package init(_ responseCase: ResponseCase, _ service: ResponseCode.Service) {
        code = ResponseCode(responseCase, service)
        codeText = code.description
        message = responseCase.message
        var body = Array("{\"responseCode\":\"\(codeText)\",\"responseMessage\":".utf8)
        appendJSONString(message, to: &body)
        body.append(UInt8(ascii: "}"))
        self.body = body
    }

    /// A response of the notify service, for cases that name a field or a status.
    package static func notify(_ responseCase: ResponseCase) -> SnapResponse {
        SnapResponse(responseCase, .notify)
    }
}

/// The responses to callbacks without variable parts (article Protocol), serialized once.
package enum NotifyResponse {
    /// 2005600
    package static let successful = SnapResponse.notify(.successful)
    /// 4005600
    package static let badRequest = SnapResponse.notify(.badRequest)
    /// 4015600, the same for an unknown partner and a wrong signature, so that a caller learns
    /// nothing.
    package static let unauthorized = SnapResponse.notify(.unauthorized(reason: "Signature"))
    /// 4015600 for an X-TIMESTAMP outside the tolerance.
    package static let stale = SnapResponse.notify(.unauthorized(reason: "Timestamp"))
    /// 4035601
    package static let addressNotAllowed = SnapResponse.notify(.featureNotAllowed)
    /// 4045600
    package static let unknownPath = SnapResponse.notify(.http(status: 404, message: "Not Found"))
    /// 4045601
    package static let unknownTransaction = SnapResponse.notify(.transactionNotFound)
    /// 4045613
    package static let amountMismatch = SnapResponse.notify(.invalidAmount)
    /// 4055600
    package static let methodNotAllowed = SnapResponse.notify(.functionNotSupported)
    /// 4095600
    package static let externalIDConflict = SnapResponse.notify(.conflict)
    /// 4155600
    package static let unsupportedEncoding =
        SnapResponse.notify(.http(status: 415, message: "Unsupported Media Type"))
    /// 5005600
    package static let generalError = SnapResponse.notify(.generalError)
    /// 5005601
    package static let notCommitted = SnapResponse.notify(.internalServerError)
    /// 5035600
    package static let busy =
        SnapResponse.notify(.http(status: 503, message: "Service Unavailable"))
}
