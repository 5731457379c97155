import Crypto
import Foundation
import Glibc
import Support

/// The programs of a soak, the connections between them, and what is known about them outside.
///
/// It has many properties: each is a part of the scene.
final class SoakScene: FeedScene, @unchecked Sendable {
    /// The receiver gave no usable response: it is not running, or says to try again.
    struct Unavailable: Error {}

    let workspace: Workspace
    let gateway: Gateway
    let links: [String: FaultyLink]
    let feed = FeedRecord()
    let ledger = SoakLedger()
    let findings = SoakFindings()
    let shop: MessageReceiver
    private(set) var consumers: [any SoakReader] = []
    private let settings: [String]
    private let internalPort: UInt16
    private let lock = NSLock()
    private var current: Daemon?
    private var configuration: [String: String] = ["keys": "usual", "confirm": "unproven"]

    /// Faults of generate calls are the gateway's, not the payment's: one at a time.
    let generating = NSLock()

    /// The pauses between the gateway's attempts to deliver a callback.
    private static let retrySeconds = "0,1,1,2,2"

    /// After so many attempts the gateway gives a callback up.
    static let attemptCount = retrySeconds.split(separator: ",").count + 1

    init(seed: UInt64) throws {
        workspace = try Workspace(confirms: "unproven")
        try workspace.write(
            RSAPrivateKey.generate().publicKey.pem(),
            to: "other-public.pem"
        )
        let secret = Data(repeating: 0x5A, count: 32).base64EncodedString()
        try workspace.write("whsec_\(secret)\n", to: "shop.secret", mode: 0o600)
        let notifyPort = try FreePort.next()
        internalPort = try FreePort.next()
        let notify = try FaultyLink(to: notifyPort, seed: seed)
        gateway = try Gateway(
            for: workspace,
            notifyPort: notify.port,
            options: [
                "--retry-seconds", Self.retrySeconds, "--seed", "\(seed >> 1)",
                "--tolerance-seconds", "86400",
            ]
        )
        let toGateway = try FaultyLink(to: gateway.port, seed: seed &+ 1)
        let toAPI = try FaultyLink(to: internalPort, seed: seed &+ 2)
        links = ["notify": notify, "gateway": toGateway, "internal": toAPI]
        settings = [
            "notify.listen=127.0.0.1:\(notifyPort)", "internal.listen=127.0.0.1:\(internalPort)",
            "cashIn.baseURL=http://127.0.0.1:\(toGateway.port)/pg/fo",
            "reconcile.graceSeconds=1", "reconcile.whileOpenSeconds=[2,4]",
            "reconcile.scheduleSeconds=[0,1,2,4,8,16,32]",
            "reconcile.recheckCancelledSeconds=[2,6]", "cashIn.requestTimeoutSeconds=2",
        ]
        // Now and then the shop does not accept a message.
        shop = try MessageReceiver(statuses: (0..<4_000).map { $0 % 150 == 149 ? 500 : 200 })
        try workspace.write("", to: "clock-step")
        try setClock(seconds: 0)
        try start()
        consumers = FeedReader.Kind.allCases.map { FeedReader($0, self) }
        consumers.append(ForwardReader(self))
    }

    /// Starts what reads the feed.
    func startConsumers() { for consumer in consumers { consumer.start() } }

    var daemon: Daemon? { lock.withLock { current } }

    /// Starts the receiver.
    func start() throws {
        let daemon = try Daemon(
            in: workspace,
            set: settings,
            environment: [
                "LD_PRELOAD": Daemon.testsDirectory + "libClockStep.so",
                "CLOCK_STEP_FILE": workspace.directory + "clock-step",
            ]
        )
        lock.withLock { current = daemon }
    }

    /// Takes the receiver away from those who look at it, before it is ended on purpose.
    func takeDaemon() -> Daemon? {
        measureMemory()
        return lock.withLock {
            defer { current = nil }
            return current
        }
    }

    /// Steps the time of day of the receiver, and of no other program.
    func setClock(seconds: Int) throws {
        var value = Int64(seconds)
        let url = URL(fileURLWithPath: workspace.directory + "clock-step")
        // Written in place: the receiver has the file in its memory.
        let file = try FileHandle(forUpdating: url)
        try file.write(contentsOf: Data(bytes: &value, count: 8))
        try file.close()
    }

    /// Writes the configuration with one option changed.
    func configure(_ option: String, _ value: String) throws {
        configuration[option] = value
        let keys =
            switch configuration["keys"] {
            case "other": "[\"other-public.pem\"]"
            case "both": "[\"other-public.pem\", \"cashin-public.pem\"]"
            default: "[\"cashin-public.pem\"]"
            }
        let tolerance = configuration["tolerance"] ?? "300"
        let text = workspace.outboundConfiguration(
            confirms: configuration["confirm"] ?? "unproven"
        )
        .replacingOccurrences(of: "[\"cashin-public.pem\"]", with: keys)
        .replacingOccurrences(
            of: "confirmWithQuery",
            with: "timestampToleranceSeconds: \(tolerance), confirmWithQuery"
        )
        try workspace.write(text, to: "config.json5")
    }

    /// Takes the largest memory that the receiver has had into the counts.
    func measureMemory() {
        guard let kilobytes = daemon?.process.kilobytes("VmHWM") else { return }
        findings.peak(.peakKilobytes, kilobytes)
    }
}

// Requests to the internal API.
extension SoakScene {
    /// A connection to the internal API; through its link, or directly.
    func connect(throughLink: Bool) throws -> RawClient {
        let port = throughLink ? links["internal"]?.port : nil
        return try RawClient(.loopback(port: port ?? internalPort), timeoutSeconds: 20)
    }

    func request(_ method: String, _ target: String, _ body: String = "") -> WireRequest {
        var request = WireRequest(method: method, target: target)
        request.add("Authorization", "Bearer \(workspace.tokens["ops"] ?? "")")
        request.body = Array(body.utf8)
        return request
    }

    func call(_ method: String, _ target: String, _ body: String = "") throws -> RawResponse {
        try connect(throughLink: false).exchange(request(method, target, body).bytes)
    }

    /// The JSON of a read that has to succeed while the receiver runs.
    ///
    /// - Throws: ``Unavailable`` for a 5xx, and errors of the connection.
    func read(_ target: String, by check: String) throws -> JSON {
        let response = try call("GET", target)
        if response.status >= 500 { throw Unavailable() }
        if response.status != 200 {
            findings.add("GET \(target): \(response.status) \(response.text)", by: check)
            throw Unavailable()
        }
        return response.json
    }

    /// The internal API's address for programs, through its link.
    var linkedURL: String { "http://127.0.0.1:\(links["internal"]?.port ?? 0)" }
}
