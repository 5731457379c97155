package import HTTPCore
package import Payments
package import Snap
import Text

/// Makes the responses of the notify listener.
package enum NotifyResponses {
    /// The HTTP response for a response of SNAP BI: its body, `X-TIMESTAMP` of now in +07:00, and
    /// `X-EXTERNAL-ID` echoed if it was well formed.
    package static func response(
        _ snapResponse: SnapResponse,
        externalID: String?,
        nowMilliseconds: Int64
    ) -> Response {
        var response = json
        response.status = Status(snapResponse.code.status)
        response.body = snapResponse.body
        response.add("X-TIMESTAMP", JakartaTime.bytes(milliseconds: nowMilliseconds))
        if let externalID { response.add("X-EXTERNAL-ID", externalID) }
        switch snapResponse.code.status {
        case 405: response.add("Allow", "POST")
        case 503: response.add("Retry-After", "1")
        default: break
        }
        return response
    }

    /// What all of them have in common.
    private static let json: Response = {
        var response = Response(.ok)
        response.add("Content-Type", "application/json")
        return response
    }()

    /// The response for what the store decided; `problem` is what the receiver found wrong itself.
    package static func snapResponse(
        _ response: CallbackResponse,
        problem: SnapResponse?
    ) -> SnapResponse {
        switch response {
        case .successful: NotifyResponse.successful
        // Rows 2 and 5 come before row 6, and row 6 before rows 7 to 9: what is wrong with a stale
        // body is not told.
        case .unauthorized:
            problem.flatMap { [401, 403].contains($0.code.status) ? $0 : nil }
                ?? NotifyResponse.stale
        case .conflict: NotifyResponse.externalIDConflict
        case .transactionNotFound: NotifyResponse.unknownTransaction
        case .invalidAmount: NotifyResponse.amountMismatch
        case .invalid: problem ?? NotifyResponse.badRequest
        }
    }

    /// The response for a status that the HTTP server chose: the status, service 56, case 00.
    package static func snapResponse(_ status: Status) -> SnapResponse {
        switch status.code {
        case 400: NotifyResponse.badRequest
        case 500: NotifyResponse.generalError
        case 503: NotifyResponse.busy
        default: .notify(.http(status: status.code, message: status.reasonPhrase))
        }
    }
}
