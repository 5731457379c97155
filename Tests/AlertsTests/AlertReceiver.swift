import HTTPCore
import HTTPServer
import Support
import Synchronization
import System
import Testing
import Text

/// Receives the messages of alerts on loopback, and answers each as the test says.
final class AlertReceiver: RequestHandler {
    /// What it does with a message; nil leaves it without an answer.
    typealias Answer = @Sendable (Request) -> Response?

    private struct State {
        var requests: [Request] = []
        var answer: Answer = { _ in Response(.ok) }
        var waiting: [Reply] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        /// Removes and returns the waiters that have what they wait for.
        mutating func served() -> [CheckedContinuation<Void, Never>] {
            let served = waiters.filter { $0.count <= requests.count }.map(\.continuation)
            waiters.removeAll { $0.count <= requests.count }
            return served
        }
    }

    private let state = Mutex(State())
    let port: UInt16

    /// Runs `body` while the receiver listens.
    static func with(_ body: (AlertReceiver) async throws -> Void) async throws {
        let address = try ListenAddress(parsing: "127.0.0.1:0")
        let listener = try #require(try Listener.open(address, passed: PassedSockets()).first)
        guard case .ip(_, let port) = listener.address else { return }
        let receiver = AlertReceiver(port: port)
        let loop = try EventLoop(label: "test")
        let server = Server(loops: [loop], limits: ServerLimits(), handler: receiver)
        server.add(listener)
        let result: Result<Void, any Error>
        do { result = .success(try await body(receiver)) } catch { result = .failure(error) }
        await server.drain(seconds: 0)
        try result.get()
    }

    private init(port: UInt16) { self.port = port }

    /// From now on.
    func answer(_ answer: @escaping Answer) { state.withLock { $0.answer = answer } }

    func answer(_ status: Int, _ fields: [(String, String)] = [], body: String = "") {
        answer { _ in
            var response = Response(Status(status), body: Array(body.utf8))
            for (name, value) in fields { response.add(name, value) }
            return response
        }
    }

    var requests: [Request] { state.withLock { $0.requests } }

    /// The bodies of all messages.
    var bodies: [String] { requests.map { String(decoding: $0.body, as: UTF8.self) } }

    /// What the default bodies of all messages say, as `TITLE`.
    var titles: [String] {
        requests.map { request in
            (try? JSONDocument(request.body))?.root["title"]?.string ?? "not the default body"
        }
    }

    /// Returns when it has got so many messages.
    func reach(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let served = state.withLock { state in
                state.waiters.append((count, continuation))
                return state.served()
            }
            for waiter in served { waiter.resume() }
        }
        #expect(requests.count == count)
    }

    // MARK: RequestHandler

    func admit(_ head: RequestHead, from peer: Peer) -> Admission {
        .receive(bodyBytesMax: 1_048_576)
    }

    func handle(_ request: Request, reply: Reply) -> Response? {
        let (answer, served) = state.withLock { state in
            state.requests.append(request)
            return (state.answer, state.served())
        }
        for waiter in served { waiter.resume() }
        let response = answer(request)
        if response == nil { state.withLock { $0.waiting.append(reply) } }
        return response
    }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        Response(refusal.status)
    }

    func drain() {
        let replies = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for reply in replies { reply.send(Response(.serviceUnavailable)) }
    }
}
