import Payments
import Snap

extension GenerationResult {
    /// Classifies the result of a call of service 47 for `intent`.
    init(_ reply: GatewayReply, for intent: GenerateIntent) {
        switch reply {
        case .failed(let failure):
            self = failure.kind == .notSent ? .notAccepted(failure) : .unknown(failure)
        case .unreadable(let failure, _): self = .unknown(failure)
        case .answered(let answer, let status):
            if Self.isRefusal(answer.code, status: status) {
                let detail = "the gateway refused the request"
                self = .notAccepted(
                    GatewayFailure(.refused, detail, status: status, answer: answer)
                )
            } else if answer.code.isSuccessful, (200...299).contains(status) {
                self = Self.success(answer, status: status, for: intent)
            } else {
                let detail = "the response does not say whether the request was accepted"
                self = .unknown(GatewayFailure(.failed, detail, status: status, answer: answer))
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
        _ answer: ServiceResponse,
        status: Int,
        for intent: GenerateIntent
    ) -> GenerationResult {
        let generated: GenerateResponse
        do throws(ServiceResponseError) {
            generated = try GenerateResponse(answer)
        } catch {
            let detail = "the response cannot be read: \(error)"
            return .unknown(GatewayFailure(.failed, detail, status: status, answer: answer))
        }
        let isOurs = generated.partnerReferenceNo.map { $0 == intent.partnerReferenceNo }
        guard isOurs != false else {
            let detail = "the response is about another partnerReferenceNo"
            return .unknown(GatewayFailure(.failed, detail, status: status, answer: answer))
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
    var isSuccessful: Bool { self == ResponseCode(.successful, service) }
}
