import HTTPCore
import Sockets

final class Connection: EventSource {
    func ready(_ readiness: Readiness, on loop: isolated EventLoop) {}
    func expired(on loop: isolated EventLoop) {}
    func answer(_ response: Response, on loop: isolated EventLoop) {}
    func answerUnanswered(on loop: isolated EventLoop) {}
    func beginStream(_ head: Response, on loop: isolated EventLoop) {}
    func writeStream(
        _ bytes: [UInt8],
        on loop: isolated EventLoop,
        then: @escaping @Sendable (Bool) -> Void
    ) {}
    func finishStream(on loop: isolated EventLoop) {}
    func breakStream(on loop: isolated EventLoop) {}
    func onDisconnect(_ action: @escaping @Sendable () -> Void) {}
}
