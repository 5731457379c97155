import HTTPClient
import Payments
import Snap

extension GatewayFailure {
    /// The failure of a call whose response was read, but is not usable.
    init(_ kind: Kind, _ detail: String, status: Int, answer: ServiceResponse) {
        self.init(
            kind,
            detail,
            status: status,
            responseCode: answer.code.description,
            responseMessage: answer.message
        )
    }

    /// The failure of a call that has no response.
    init(_ error: HTTPClientError) {
        let kind: Kind = error.isCertainlyNotSent ? .notSent : error.isTimeout ? .timeout : .failed
        self.init(kind, error.description, isOfReusedConnection: error.isOfReusedConnection)
    }
}
