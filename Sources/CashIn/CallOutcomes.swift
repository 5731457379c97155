package import Payments
package import Snap

extension GenerationResult {
    /// Classifies the result of a call of service 47 for `intent`.
    init(_ reply: GatewayReply, for intent: GenerateIntent) {
        switch reply {
        case .failed(let failure):
            self = failure.kind == .notSent ? .notAccepted(failure) : .unknown(failure)
        case .unreadable(let failure, _): self = .unknown(failure)
        case .response(let response, let status):
            if Self.isRefusal(response.code, status: status) {
                let detail = "the gateway refused the request"
                self = .notAccepted(
                    GatewayFailure(.refused, detail, status: status, response: response)
                )
            } else if response.code.isSuccessful, (200...299).contains(status) {
                self = Self.success(response, status: status, for: intent)
            } else {
                let detail = "the response does not say whether the request was accepted"
                self = .unknown(GatewayFailure(.failed, detail, status: status, response: response))
            }
        }
    }

    /// Whether the response is a definite rejection: nothing was generated.
    ///
    /// 408 and 429 leave that open, and 409 is also the response to a repeated accepted request.
    /// Some gateways send their codes with status 200. A 5xx is never a definite rejection.
    private static func isRefusal(_ code: ResponseCode, status: Int) -> Bool {
        let open = [408, 409, 429]
        return (400...499).contains(code.status) && !open.contains(code.status)
            && (200...499).contains(status) && !(300...399).contains(status)
            && !open.contains(status)
    }

    private static func success(
        _ response: ServiceResponse,
        status: Int,
        for intent: GenerateIntent
    ) -> GenerationResult {
        let generated: GenerateResponse
        do throws(ServiceResponseError) {
            generated = try GenerateResponse(response)
        } catch {
            let detail = "the response cannot be read: \(error)"
            return .unknown(GatewayFailure(.failed, detail, status: status, response: response))
        }
        let isOurs = generated.partnerReferenceNo.map { $0 == intent.partnerReferenceNo }
        guard isOurs != false else {
            let detail = "the response is about another partnerReferenceNo"
            return .unknown(GatewayFailure(.failed, detail, status: status, response: response))
        }
        do throws(QRISProblem) {
            guard let content = generated.qrContent else { throw .missing }
            let warnings = try QRISContent(content).check(amount: intent.amount).map(\.rawValue)
            return .accepted(
                referenceNo: generated.referenceNo,
                qrContent: content,
                warnings: (isOurs == nil ? ["partnerReferenceNo is missing"] : []) + warnings
            )
        } catch {
            return .codeRefused(referenceNo: generated.referenceNo, problem: error)
        }
    }
}

extension ResponseCode {
    /// Whether it is the success code of its service.
    fileprivate var isSuccessful: Bool { self == ResponseCode(.successful, service) }
}

/// The outcome of a query call.
package enum QueryOutcome: Equatable, Sendable {
    /// The gateway knows a payment; the caller has to compare the references of the response.
    case found(QueryResponse)

    /// The gateway does not know the payment: 4045101, or status 07.
    case notFound(responseCode: ResponseCode, responseMessage: String)

    /// The gateway rejects the credentials: 401 with a SNAP body.
    case unauthorized(GatewayFailure)

    /// The gateway rejects the query of this reference: a 4xx with a SNAP body, except 401, 408,
    /// 429 and 4045101.
    case refused(GatewayFailure)

    /// The response cannot be read: malformed, or from a proxy or firewall.
    case unreadable(GatewayFailure)

    /// The gateway is down, overloaded or unreachable: 5xx, 408, 429, a timeout or a failed
    /// connection.
    case unavailable(GatewayFailure)

    /// Classifies the result of a call of service 51.
    ///
    /// - Parameter queried: the queried partnerReferenceNo.
    init(_ reply: GatewayReply, about queried: Reference) {
        switch reply {
        case .failed(let failure): self = .unavailable(failure)
        case .unreadable(let failure, let status):
            self = Self.isUnavailable(status) ? .unavailable(failure) : .unreadable(failure)
        case .response(let response, let status):
            self.init(response, status: status, about: queried)
        }
    }

    private init(_ response: ServiceResponse, status: Int, about queried: Reference) {
        let failure = { (kind: GatewayFailure.Kind, detail: String) in
            GatewayFailure(kind, detail, status: status, response: response)
        }
        // Some gateways send their codes with status 200, so either of the two can indicate the
        // error.
        let statuses = [status, response.code.status]
        if statuses.contains(where: Self.isUnavailable) {
            self = .unavailable(failure(.failed, "the gateway reported an error"))
        } else if (300...399).contains(status) {
            self = .unreadable(failure(.failed, "the response is a redirect"))
        } else if statuses.contains(401) {
            self = .unauthorized(failure(.refused, "the gateway refused the credentials"))
        } else if response.code == ResponseCode(.transactionNotFound, .query) {
            self = .notFound(responseCode: response.code, responseMessage: response.message)
        } else if statuses.contains(where: (400...499).contains) {
            self = .refused(failure(.refused, "the gateway refused the request"))
        } else if response.code.isSuccessful, (200...299).contains(status) {
            self.init(successful: response, status: status, about: queried)
        } else {
            self = .unreadable(failure(.failed, "the responseCode is not defined for queries"))
        }
    }

    private init(successful response: ServiceResponse, status: Int, about queried: Reference) {
        if response.saysNotFound(queried) {
            self = .notFound(responseCode: response.code, responseMessage: response.message)
            return
        }
        do throws(ServiceResponseError) {
            self = .found(try QueryResponse(response))
        } catch {
            let detail = "the response cannot be read: \(error)"
            self = .unreadable(GatewayFailure(.failed, detail, status: status, response: response))
        }
    }

    /// Whether a status is temporary: the same query may succeed later.
    private static func isUnavailable(_ status: Int) -> Bool {
        status == 408 || status == 429 || (500...599).contains(status)
    }
}
