import Foundation
import Glibc
import Support

/// A receiver whose program is exchanged while the gateway sends callbacks and consumers read.
final class VersionScene: FeedScene, @unchecked Sendable {
    /// Which program starts.
    enum Version { case older, newest }

    let workspace: Workspace
    let gateway: Gateway
    let feed = FeedRecord()
    let findings = SoakFindings()

    /// Passed to each program in turn, as a service manager does it; nil when each opens its own.
    let socket: PassedSocket?

    /// When it was made.
    let since = JakartaNow.text()

    private let older: String
    private let settings: [String]
    private let endpoint: Endpoint
    private let internalPort: UInt16
    private(set) var readers: [FeedReader] = []
    private(set) var load: RestartLoad?

    /// - Parameter older: the program of the older version.
    init(older: String, passesSocket: Bool) throws {
        self.older = older
        // It can query what it does not know; nothing that it receives waits for a query.
        workspace = try Workspace(confirms: "never")
        socket = passesSocket ? try PassedSocket() : nil
        internalPort = try FreePort.next()
        endpoint = try socket?.endpoint ?? .loopback(port: FreePort.next())
        guard case .loopback(let notifyPort) = endpoint else {
            throw CocoaError(.featureUnsupported)
        }
        gateway = try Gateway(
            for: workspace,
            notifyPort: notifyPort,
            options: ["--retry-seconds", "none"]
        )
        let listen = passesSocket ? "systemd:\(PassedSocket.name)" : "\(endpoint)"
        settings =
            [
                "notify.listen=\(listen)", "internal.listen=127.0.0.1:\(internalPort)",
                // What nothing is sent about stays as it is.
                "reconcile.enabled=false",
            ] + gateway.settings
    }

    /// Ends what sends and reads. Readers use the scene until then.
    func end() {
        load?.cancel()
        for reader in readers { reader.end() }
    }

    /// Whether the newest program takes the place of an older one, for want of it.
    var isOlderStandIn: Bool { older == Daemon.program }

    private func program(_ version: Version) -> String {
        version == .older ? older : Daemon.program
    }

    /// - Parameter environment: for the receiver.
    func start(_ version: Version, environment: [String: String] = [:]) throws -> Daemon {
        try Daemon(
            in: workspace,
            set: settings,
            environment: environment,
            passing: socket,
            program: program(version)
        )
    }

    func commands(_ version: Version) -> DatabaseCommands {
        DatabaseCommands(workspace: workspace, program: program(version))
    }

    /// Runs a command that calls the internal API, or needs the configuration.
    func run(_ version: Version, _ arguments: [String]) throws -> DatabaseCommands.Outcome {
        try ChildProcess.run(program(version), arguments)
    }

    /// Where a command finds the internal API.
    var apiOptions: [String] {
        [
            "--url", "http://127.0.0.1:\(internalPort)", "--token-file",
            workspace.directory + "ops.token",
        ]
    }

    /// Starts what sends callbacks, again and again until they are acknowledged, and what reads.
    func startTraffic() -> RestartLoad {
        let endpoint = endpoint
        let load = RestartLoad(clientCount: 3, retriesRefused: socket == nil) {
            try RawClient(endpoint)
        }
        self.load = load
        readers = FeedReader.Kind.allCases.map { FeedReader($0, self) }
        for reader in readers { reader.start() }
        return load
    }

    /// Waits until all readers have been given everything.
    func waitForReaders(head: Int) -> Bool {
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        while !readers.allSatisfy({ $0.offset == head }) {
            if Date() > deadline { return false }
            usleep(20_000)
        }
        return true
    }

    func connect(throughLink: Bool) throws -> RawClient {
        try RawClient(.loopback(port: internalPort), timeoutSeconds: 20)
    }

    func request(_ method: String, _ target: String, _ body: String) -> WireRequest {
        var request = WireRequest(method: method, target: target)
        request.add("Authorization", "Bearer \(workspace.tokens["ops"] ?? "")")
        request.body = Array(body.utf8)
        return request
    }

    /// The bytes of the database and its WAL, by the names of their files.
    func databaseBytes() throws -> [String: Data] {
        var bytes: [String: Data] = [:]
        for name in ["receiver.db", "receiver.db-wal"] where workspace.exists(name) {
            bytes[name] = try Data(contentsOf: URL(fileURLWithPath: workspace.directory + name))
        }
        return bytes
    }

    /// Reads a copy of the database, so that its WAL stays as a killed program has left it.
    func readCopy<Result>(_ body: (String) throws -> Result) throws -> Result {
        let names = ["copy.db", "copy.db-wal", "copy.db-shm"]
        defer { for name in names { unlink(workspace.directory + name) } }
        for (name, bytes) in try databaseBytes() {
            let copy = workspace.directory + name.replacing("receiver", with: "copy")
            try bytes.write(to: URL(fileURLWithPath: copy))
        }
        return try body(workspace.directory + "copy.db")
    }
}
