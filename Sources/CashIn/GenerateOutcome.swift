package import Payments
import Snap

/// What a generate call has come to (contract section 5, "Generate outcomes").
package enum GenerateOutcome: Equatable, Sendable {
    /// The gateway has the payment, and its code can be shown.
    case accepted(referenceNo: Reference, qrContent: String, warnings: [String])

    /// The gateway has the payment, but its code must not be shown.
    case qrRefused(referenceNo: Reference, problem: QRISProblem)

    /// The gateway surely does not have the payment.
    case notAccepted(OutboundFailure)

    /// The gateway may have the payment: only a query can tell.
    case unknown(OutboundFailure)

    /// Judges how a call of service 47 for `intent` ended.
    init(_ reply: GatewayReply, for intent: GenerateIntent) {
        switch reply {
        case .failed(let failure):
            self = failure.kind == .notSent ? .notAccepted(failure) : .unknown(failure)
        case .unreadable(let failure, _): self = .unknown(failure)
        case .answered(let answer, let status):
            if Self.isRefusal(answer.code, status: status) {
                let detail = "the gateway refused the request"
                self = .notAccepted(
                    OutboundFailure(.refused, detail, status: status, answer: answer)
                )
            } else if answer.code.isSuccessful, (200...299).contains(status) {
                self = Self.success(answer, status: status, for: intent)
            } else {
                let detail = "the gateway did not say whether it took the request"
                self = .unknown(OutboundFailure(.failed, detail, status: status, answer: answer))
            }
        }
    }

    /// Whether a code says that nothing was generated.
    ///
    /// 408 and 429 leave that open, and 409 is also what a repetition of an accepted request gets.
    /// Some gateways send their codes under status 200; a 5xx is nobody's considered refusal.
    private static func isRefusal(_ code: ResponseCode, status: Int) -> Bool {
        let open = [408, 409, 429]
        return (400...499).contains(code.status) && !open.contains(code.status)
            && (200...499).contains(status) && !(300...399).contains(status)
            && !open.contains(status)
    }

    private static func success(
        _ answer: ServiceAnswer,
        status: Int,
        for intent: GenerateIntent
    ) -> GenerateOutcome {
        let generated: GenerateAnswer
        do throws(ServiceAnswerError) {
            generated = try GenerateAnswer(answer)
        } catch {
            let detail = "the answer cannot be read: \(error)"
            return .unknown(OutboundFailure(.failed, detail, status: status, answer: answer))
        }
        let isOurs = generated.partnerReferenceNo.map { $0 == intent.partnerReferenceNo }
        guard isOurs != false else {
            let detail = "the answer is about another partnerReferenceNo"
            return .unknown(OutboundFailure(.failed, detail, status: status, answer: answer))
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
            return .qrRefused(referenceNo: generated.referenceNo, problem: error)
        }
    }
}

extension ResponseCode {
    /// Whether it is the code that a service answers when it has done what was asked.
    var isSuccessful: Bool { self == ResponseCode(.successful, service) }
}
