import Foundation
import Glibc
import Support

/// A running `cashin-receiver serve`. Killed when the test lets go of it.
final class Daemon: Sendable {
    /// The daemon did not come up.
    struct NotListening: Error, CustomStringConvertible {
        let log: [String]

        /// How the process ended; nil while it runs.
        var end: ChildProcess.End?
        var description: String { "not listening; log:\n" + log.joined(separator: "\n") }
    }

    /// The program: the one built beside the tests, unless a script names another build.
    static let program: String = {
        if let path = ProcessInfo.processInfo.environment["RECEIVER_PROGRAM"] { return path }
        return testsDirectory + "cashin-receiver"
    }()

    /// Where the tests are built; ends with a slash.
    static let testsDirectory: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return URL(fileURLWithPath: tests ?? "").deletingLastPathComponent().path + "/"
    }()

    let workspace: Workspace
    let process: ChildProcess
    let notifyEndpoints: [Endpoint]
    let internalEndpoint: Endpoint

    /// Starts the daemon and waits until it listens.
    ///
    /// - Parameters:
    ///   - set: `KEY=VALUE` for `--set`.
    ///   - listenerCount: how many notify addresses it is configured with.
    ///   - user: whose process it is.
    ///   - socket: a listening socket that it is given.
    ///   - program: another version of the receiver.
    init(
        in workspace: Workspace,
        set: [String] = [],
        listenerCount: Int = 1,
        environment: [String: String] = [:],
        as user: ProcessUser = .own,
        passing socket: PassedSocket? = nil,
        program: String = Daemon.program
    ) throws {
        self.workspace = workspace
        process = try Self.launch(
            in: workspace,
            set: set,
            environment: environment,
            as: user,
            passing: socket,
            program: program
        )
        var notify: [Endpoint] = []
        var inner: Endpoint?
        var next = 0
        while notify.count < listenerCount || inner == nil {
            let isWanted = { (line: String) in line.value(of: "message") == "listening" }
            guard process.errors.first(from: next, where: isWanted) != nil else {
                let end = try? process.wait(withinSeconds: 1)
                throw NotListening(log: process.errors.all, end: end)
            }
            let lines = process.errors.all
            guard let index = lines.indices.first(where: { $0 >= next && isWanted(lines[$0]) }),
                let address = lines[index].value(of: "address").flatMap({ Endpoint($0) })
            else { throw NotListening(log: lines) }
            if lines[index].value(of: "listener") == "notify" {
                notify.append(address)
            } else {
                inner = address
            }
            next = index + 1
        }
        guard let inner else { throw NotListening(log: process.errors.all) }
        notifyEndpoints = notify
        internalEndpoint = inner
    }

    /// Starts the program without waiting for anything.
    static func launch(
        in workspace: Workspace,
        set: [String] = [],
        environment: [String: String] = [:],
        as user: ProcessUser = .own,
        passing socket: PassedSocket? = nil,
        program: String = Daemon.program
    ) throws -> ChildProcess {
        let options = set.flatMap { ["--set", $0] }
        var environment = environment
        var command = user.command(
            program,
            ["serve", "--config", workspace.configurationFile] + options
        )
        if socket != nil {
            environment.merge(PassedSocket.environment) { $1 }
            command = PassedSocket.command(command)
        }
        return try ChildProcess(
            command[0],
            Array(command[1...]),
            environment: environment,
            inherited: socket?.descriptor
        )
    }

    deinit { LogSecrets.check(log, of: workspace) }

    /// What it has logged.
    var log: [String] { process.errors.all }

    /// Whether it writes such a line to its log, which lags behind its responses.
    func logs(_ isWanted: (String) -> Bool) -> Bool { process.errors.first(where: isWanted) != nil }

    /// Stops it as a service manager does, and waits.
    func stop() throws -> ChildProcess.End {
        process.signal(SIGTERM)
        return try process.wait()
    }

    /// Ends it as a crash does, and waits.
    func kill() throws {
        process.signal(SIGKILL)
        try process.wait()
    }

    /// Sends SIGHUP and waits for the line that tells the result.
    func reload() throws -> String? {
        let count = log.count
        process.signal(SIGHUP)
        return process.errors.first(from: count) {
            $0.contains("message=reloaded") || $0.contains("message=\"reload refused\"")
        }
    }
}

extension String {
    /// The value of `name` in a line of the log, in either format; blanks in text are not looked
    /// for.
    func value(of name: String) -> String? {
        if hasPrefix("{") { return JSON(Array(utf8))[name].text }
        return split(separator: " ").first { $0.hasPrefix("\(name)=") }
            .map { String($0.dropFirst(name.count + 1)) }
    }
}

// Talking to it.
extension Daemon {
    /// A new connection to the notify listener.
    func connect(timeoutSeconds: Int = Int(Patience.seconds)) throws -> RawClient {
        try RawClient(notifyEndpoints[0], timeoutSeconds: timeoutSeconds)
    }

    /// Sends a callback over a connection of its own.
    func post(_ callback: Callback) throws -> RawResponse { try post(callback.request()) }

    /// Sends a request to the notify listener over a connection of its own.
    func post(_ request: WireRequest) throws -> RawResponse {
        try connect().exchange(request.bytes, isHEAD: request.method == "HEAD")
    }

    /// Asks the internal API as the named token.
    func get(_ target: String, as token: String? = "ops") throws -> RawResponse {
        try call("GET", target, as: token)
    }

    /// Sends a request with a JSON body, where there is one, to the internal API.
    func call(
        _ method: String,
        _ target: String,
        _ body: String = "",
        as token: String? = "ops"
    ) throws -> RawResponse {
        var request = internalRequest(method, target, as: token)
        request.body = Array(body.utf8)
        return try RawClient(internalEndpoint).exchange(request.bytes, isHEAD: method == "HEAD")
    }

    /// A request for the internal API with the secret of the named token.
    func internalRequest(
        _ method: String,
        _ target: String,
        as token: String? = "ops"
    ) -> WireRequest {
        workspace.internalRequest(method, target, as: token)
    }

    /// Sends a request to the internal API and leaves its answer to be read.
    func open(
        _ target: String,
        _ fields: [WireRequest.Field] = [],
        as token: String = "ops"
    ) throws -> RawClient {
        var request = internalRequest("GET", target, as: token)
        request.fields += fields
        let client = try RawClient(internalEndpoint)
        try client.send(request.bytes)
        return client
    }

    /// The feed as it is now, page by page, without what is added meanwhile.
    ///
    /// - Parameter after: read from there on.
    func feed(after: Int = 0) throws -> [JSON] {
        var all: [JSON] = []
        var next = after
        let head = try get("/v1/transitions?after=latest").json["head"].integer ?? 0
        while next < head {
            let limit = min(head - next, 1000)
            let page = try get("/v1/transitions?limit=\(limit)&after=\(next)").json
            guard let last = page["next"].integer, last > next else { return all }
            all += page["transitions"].items
            next = last
        }
        return all
    }

    /// The kept callbacks that a query selects, newest first; at most 1000.
    func callbacks(_ query: String = "") throws -> [JSON] {
        try get("/v1/callbacks?limit=1000&" + query).json["callbacks"].items
    }

    /// The open attention entries, newest first.
    func attention(_ query: String = "") throws -> [JSON] {
        try get("/v1/attention?limit=1000&" + query).json["attention"].items
    }
}
