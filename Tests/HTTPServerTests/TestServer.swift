import Dispatch
import HTTPCore
import HTTPServer
import System
import Synchronization
import Testing

/// A handler made of closures, which keeps what it was told.
final class StubHandler: RequestHandler {
    typealias Handle = @Sendable (Request, Reply) -> Response?

    let admitted = Channel<String>()
    let refused = Channel<RequestFailure>()
    let finished = Channel<Exchange>()
    let drained = Channel<Bool>()
    let failures = Channel<SystemError>()
    private let onAdmit: @Sendable (RequestHead) -> Admission
    private let onHandle: Handle

    init(
        handle: @escaping Handle = { request, _ in StubHandler.echo(request) },
        admit: @escaping @Sendable (RequestHead) -> Admission = { _ in
            .receive(bodyBytesMax: 65_536)
        }
    ) {
        onAdmit = admit
        onHandle = handle
    }

    func admit(_ head: RequestHead, from peer: Peer) -> Admission {
        admitted.put(head.text(head.target))
        return onAdmit(head)
    }

    func handle(_ request: Request, reply: Reply) -> Response? { onHandle(request, reply) }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        refused.put(refusal)
        return Response(refusal.status, body: Array("\(refusal.status.code)".utf8))
    }

    func finished(_ exchange: Exchange) { finished.put(exchange) }

    func acceptFailed(_ error: SystemError, on listener: SocketAddress) { failures.put(error) }

    func drain() { drained.put(true) }

    /// Method, path and body, so that an answer shows which request it belongs to.
    static func echo(_ request: Request) -> Response {
        let head = request.head
        let text = "\(head.text(head.method)) \(head.text(head.path)) "
        return Response(.ok, body: Array(text.utf8) + request.body)
    }
}

/// A queue that tests wait on, for ten seconds at most.
final class Channel<Element: Sendable>: Sendable {
    private let items = Mutex<[Element]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    /// How many items wait.
    var count: Int { items.withLock { $0.count } }

    func put(_ item: Element) {
        items.withLock { $0.append(item) }
        arrivals.signal()
    }

    /// The next item; nil when none comes in time.
    func next() -> Element? {
        guard arrivals.wait(timeout: .now() + 60) == .success else { return nil }
        return items.withLock { $0.removeFirst() }
    }
}

/// Runs the blocking part of a test on a thread of its own, within the test's task.
actor BlockingThread {
    private final class Executor: SerialExecutor {
        // Without a target it has a thread to itself, and does not hold up the server's loops.
        let queue = DispatchQueue(label: "test")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }
    }

    private nonisolated let executor = Executor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func run<Result: Sendable>(_ body: @Sendable () throws -> Result) rethrows -> Result {
        try body()
    }
}

/// A thread for a task that must get on while other tests hold all threads of the shared pool.
final class OwnThread: TaskExecutor {
    private let queue = DispatchQueue(label: "task")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// A running server for one test.
struct TestServer: Sendable {
    let server: Server
    let address: SocketAddress
    let loops: [EventLoop]

    func connect() throws -> Client { try Client(to: address) }
}

/// Runs `body` against a server, which is drained at the end.
func withServer(
    on listenAddress: String = "127.0.0.1:0",
    handler: any RequestHandler = StubHandler(),
    limits: ServerLimits = ServerLimits(),
    _ body: @Sendable (TestServer) throws -> Void
) async throws {
    let loops = [try EventLoop(label: "test.0"), try EventLoop(label: "test.1")]
    let server = Server(loops: loops, limits: limits, handler: handler)
    let address = try ListenAddress(parsing: listenAddress)
    let listener = try #require(try Listener.open(address, passed: PassedSockets()).first)
    server.add(listener)
    let running = TestServer(server: server, address: listener.address, loops: loops)
    do {
        try await BlockingThread().run { try body(running) }
    } catch {
        await server.drain(seconds: 0)
        throw error
    }
    await server.drain(seconds: 0)
}

/// A request with the fields that every one needs.
func get(_ target: String, _ fields: String = "") -> String {
    "GET \(target) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n"
}

func post(_ target: String, _ body: String, _ fields: String = "") -> String {
    "POST \(target) HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n"
        + body
}
