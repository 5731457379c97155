import Payments
package import Snap

/// What a query call has come to.
package enum QueryOutcome: Equatable, Sendable {
    /// The gateway knows a payment; whether it is the one asked for, the answer's references say.
    case found(QueryAnswer)

    /// The gateway knows none: 4045101, or status 07.
    case notFound(responseCode: ResponseCode, responseMessage: String)

    /// The gateway does not take our word: 401 or 403.
    case unauthorized(OutboundFailure)

    /// Nothing was learnt.
    case unknown(OutboundFailure)

    /// Judges how a call of service 51 ended.
    ///
    /// - Parameter asked: the merchant's number that was asked about.
    init(_ reply: GatewayReply, about asked: Reference) {
        switch reply {
        case .failed(let failure):
            // A gate before the gateway may answer in words of its own.
            let isClosed = failure.status.map { [401, 403].contains($0) } ?? false
            self = isClosed ? .unauthorized(failure) : .unknown(failure)
        case .answered(let answer, let status): self.init(answer, status: status, about: asked)
        }
    }

    private init(_ answer: ServiceAnswer, status: Int, about asked: Reference) {
        // Some gateways send their codes under status 200; a 5xx is nobody's considered answer.
        if answer.code == ResponseCode(.transactionNotFound, .query),
            (200...499).contains(status), !(300...399).contains(status)
        {
            self = .notFound(responseCode: answer.code, responseMessage: answer.message)
        } else if [401, 403].contains(answer.code.status) {
            let detail = "the gateway refused our credentials"
            self = .unauthorized(OutboundFailure(.refused, detail, status: status, answer: answer))
        } else if answer.code.isSuccessful, (200...299).contains(status) {
            self.init(successful: answer, status: status, about: asked)
        } else {
            let isRefusal = (400...499).contains(answer.code.status) && answer.code.status != 429
            let detail = isRefusal ? "the gateway refused the request" : "the gateway failed"
            self = .unknown(
                OutboundFailure(
                    isRefusal ? .refused : .failed,
                    detail,
                    status: status,
                    answer: answer
                )
            )
        }
    }

    private init(successful answer: ServiceAnswer, status: Int, about asked: Reference) {
        if answer.saysNotFound(asked) {
            self = .notFound(responseCode: answer.code, responseMessage: answer.message)
            return
        }
        do throws(ServiceAnswerError) {
            self = .found(try QueryAnswer(answer))
        } catch {
            let detail = "the answer cannot be read: \(error)"
            self = .unknown(OutboundFailure(.failed, detail, status: status, answer: answer))
        }
    }
}
