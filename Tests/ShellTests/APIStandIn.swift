import Commands
import Configuration
import HTTPCore
import HTTPServer
import Support
import System
import Synchronization
import Testing

@testable import ReceiverClient
@testable import Shell

/// Stands in for the internal API: gives the answers it was told, in order, and keeps what it was
/// asked.
final class APIStandIn: RequestHandler {
    private let answers: Mutex<[Response?]>
    private let kept = Mutex<[Request]>([])
    private let waiting = Mutex<[Reply]>([])
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    /// - Parameter answers: one a request; nil leaves it without one. None are left: 501.
    init(_ answers: [Response?]) {
        self.answers = Mutex(answers)
        (arrivals, arrived) = AsyncStream.makeStream()
    }

    /// Returns when so many requests have come; to be called once.
    func wait(forRequests count: Int) async {
        var rest = count
        for await _ in arrivals {
            rest -= 1
            if rest == 0 { return }
        }
    }

    /// `METHOD TARGET`, or `METHOD TARGET BODY` where there is one.
    var requests: [String] {
        kept.withLock { $0 }.map { request in
            let line = [
                request.head.text(request.head.method), request.head.text(request.head.target),
            ]
            let body = String(decoding: request.body, as: UTF8.self)
            return (line + (body.isEmpty ? [] : [body])).joined(separator: " ")
        }
    }

    /// The `Authorization` of each request.
    var authorizations: [String] {
        kept.withLock { $0 }.map { request in
            guard case .value(let range) = request.head.single("Authorization") else { return "" }
            return request.head.text(range)
        }
    }

    func admit(_ head: RequestHead, from peer: Peer) -> Admission { .receive(bodyBytesMax: 65_536) }

    func handle(_ request: Request, reply: Reply) -> Response? {
        kept.withLock { $0.append(request) }
        arrived.yield()
        let answer = answers.withLock { $0.isEmpty ? Response(.notImplemented) : $0.removeFirst() }
        if answer == nil { waiting.withLock { $0.append(reply) } }
        return answer
    }

    func refuse(_ refusal: RequestFailure, head: RequestHead?, peer: Peer) -> Response {
        Response(refusal.status)
    }

    func drain() {
        let replies = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for reply in replies { reply.send(Response(.serviceUnavailable)) }
    }
}

extension Response {
    /// An answer of the API.
    static func json(_ body: String, _ status: Int = 200) -> Response {
        Response(Status(status), body: Array(body.utf8))
    }

    /// Problem details.
    static func problem(
        _ status: Int,
        _ name: String,
        members: String = "",
        isRetryable: Bool = false
    ) -> Response {
        json(
            """
            {"type":"urn:cashin-receiver:problem:\(name)","title":"Title","status":\(status),
            "detail":"Detail.","retryable":\(isRetryable)\(members)}
            """,
            status
        )
    }
}

/// A shell whose daemon is an ``APIStandIn``.
struct ShellScene: Sendable {
    /// What a command did.
    typealias Outcome = (code: ExitCode, output: String, error: String)

    static let token = String(repeating: "k", count: 40)

    let standIn: APIStandIn
    let port: Int
    let directory: TemporaryDirectory

    var url: String { "http://127.0.0.1:\(port)" }

    /// Runs `body` while a stand-in with these answers listens.
    static func with(
        _ answers: [Response?],
        _ body: (ShellScene) async throws -> Void
    ) async throws {
        let loop = try EventLoop(label: "test")
        let standIn = APIStandIn(answers)
        let server = Server(loops: [loop], limits: ServerLimits(), handler: standIn)
        let address = try ListenAddress(parsing: "127.0.0.1:0")
        let listener = try #require(try Listener.open(address, passed: PassedSockets()).first)
        guard case .ip(_, let port) = listener.address else { return }
        server.add(listener)
        let directory = try TemporaryDirectory()
        try directory.write("token", token + "\n")
        let scene = ShellScene(standIn: standIn, port: Int(port), directory: directory)
        let result: Result<Void, any Error>
        do { result = .success(try await body(scene)) } catch { result = .failure(error) }
        await server.drain(seconds: 0)
        try result.get()
    }

    private static let program = Program(
        name: programName,
        summary: "",
        commands: Command.overAPI
    )

    /// Runs a command line; `--url` and `--token-file` are added.
    func run(
        _ arguments: [String],
        isTerminal: Bool = false,
        isUTF8: Bool = true
    ) async -> Outcome {
        let named = Self.program.commands.map(\.words).filter { arguments.starts(with: $0) }
        let count = named.map(\.count).max() ?? 1
        return await Self.run(
            arguments.prefix(count) + access + arguments.dropFirst(count),
            isTerminal: isTerminal,
            isUTF8: isUTF8
        )
    }

    /// Runs a command line as it stands.
    static func run(
        _ arguments: [String],
        isTerminal: Bool = false,
        isUTF8: Bool = true
    ) async -> Outcome {
        let recorder = ConsoleRecorder(isTerminal: isTerminal, isUTF8: isUTF8)
        let code = await program.run(arguments, console: recorder.console)
        return (code, recorder.output, recorder.error)
    }

    /// The session of a command, for parts of one.
    func session(_ flags: [String], _ recorder: ConsoleRecorder) throws -> APISession {
        let arguments = try Command.attention.parse(flags + access)
        let endpoint = try APIEndpoint(arguments, scope: .feed, context: ConfigurationContext())
        let client = try APIClient(endpoint, responseSeconds: 60)
        return APISession(name: "test", arguments, recorder.console, client)
    }

    private var access: [String] { ["--url", url, "--token-file", "\(directory.path)/token"] }
}
