import Snap

/// How one call ended, before anybody asks what it means for the payment.
enum GatewayReply {
    /// An answer of the service that was called.
    case answered(ServiceAnswer, status: Int)

    /// Everything else.
    case failed(OutboundFailure)

    /// Reads an answer to a call of `service`.
    init(status: Int, body: [UInt8], from service: ResponseCode.Service) {
        do throws(ServiceAnswerError) {
            let answer = try ServiceAnswer(body)
            guard answer.code.service == service else {
                let detail = "the answer is one of another service"
                self = .failed(OutboundFailure(.failed, detail, status: status, answer: answer))
                return
            }
            self = .answered(answer, status: status)
        } catch {
            let detail = "the answer cannot be read: \(error)"
            self = .failed(OutboundFailure(.failed, detail, status: status))
        }
    }
}
