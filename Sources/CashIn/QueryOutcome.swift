import Payments
package import Snap

/// What a query call has come to.
package enum QueryOutcome: Equatable, Sendable {
    /// The gateway knows a payment; whether it is the one asked for, the answer's references say.
    case found(QueryAnswer)

    /// The gateway knows none: 4045101, or status 07.
    case notFound(responseCode: ResponseCode, responseMessage: String)

    /// The gateway rejects our credentials: 401 with a SNAP body.
    case unauthorized(OutboundFailure)

    /// The gateway rejects this query, which concerns this reference alone: 403, 404 but for
    /// 4045101, and any other 4xx but 408 and 429, with a SNAP body.
    case refused(OutboundFailure)

    /// A response came that cannot be read: malformed, or of a proxy or firewall.
    case unreadable(OutboundFailure)

    /// The gateway is down or overloaded, or cannot be reached: 5xx, 408, 429, a timeout, a
    /// connection that failed.
    case unavailable(OutboundFailure)

    /// Judges how a call of service 51 ended.
    ///
    /// - Parameter asked: the merchant's number that was asked about.
    init(_ reply: GatewayReply, about asked: Reference) {
        switch reply {
        case .failed(let failure): self = .unavailable(failure)
        case .unreadable(let failure, let status):
            self = Self.isUnavailable(status) ? .unavailable(failure) : .unreadable(failure)
        case .answered(let answer, let status): self.init(answer, status: status, about: asked)
        }
    }

    private init(_ answer: ServiceAnswer, status: Int, about asked: Reference) {
        let failure = { (kind: OutboundFailure.Kind, detail: String) in
            OutboundFailure(kind, detail, status: status, answer: answer)
        }
        // Some gateways send their codes under status 200, so either of the two can be the error.
        let statuses = [status, answer.code.status]
        if statuses.contains(where: Self.isUnavailable) {
            self = .unavailable(failure(.failed, "the gateway failed"))
        } else if (300...399).contains(status) {
            self = .unreadable(failure(.failed, "the answer is a redirect"))
        } else if statuses.contains(401) {
            self = .unauthorized(failure(.refused, "the gateway refused our credentials"))
        } else if answer.code == ResponseCode(.transactionNotFound, .query) {
            self = .notFound(responseCode: answer.code, responseMessage: answer.message)
        } else if statuses.contains(where: (400...499).contains) {
            self = .refused(failure(.refused, "the gateway refused the request"))
        } else if answer.code.isSuccessful, (200...299).contains(status) {
            self.init(successful: answer, status: status, about: asked)
        } else {
            self = .unreadable(failure(.failed, "the responseCode is not one of a query"))
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
            self = .unreadable(OutboundFailure(.failed, detail, status: status, answer: answer))
        }
    }

    /// Whether a status says nothing about the query: it may be answered later.
    private static func isUnavailable(_ status: Int) -> Bool {
        status == 408 || status == 429 || (500...599).contains(status)
    }
}
