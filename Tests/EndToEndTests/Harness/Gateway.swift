import Foundation
import Glibc
import Support

/// A running `cashin-simulator serve`, the gateway of a test, and what it is asked.
final class Gateway: Sendable {
    /// The simulator did not come up.
    struct NotListening: Error, CustomStringConvertible {
        let log: [String]
        var description: String { "not listening; log:\n" + log.joined(separator: "\n") }
    }

    let process: ChildProcess
    let endpoint: Endpoint
    let port: UInt16

    /// Starts it and waits until it listens.
    ///
    /// - Parameters:
    ///   - notifyPort: where callbacks go.
    ///   - options: of `cashin-simulator serve`, besides keys and addresses.
    ///   - port: where it listens; 0 takes any.
    ///   - environment: added to that of the tests.
    init(
        for workspace: Workspace,
        notifyPort: UInt16,
        options: [String] = [],
        port: UInt16 = 0,
        environment: [String: String] = [:]
    ) throws {
        let program = URL(fileURLWithPath: Daemon.program).deletingLastPathComponent().path
        let arguments = [
            "serve", "--listen", "127.0.0.1:\(port)", "--keys", workspace.directory + "gateway",
            "--notify-url", "http://127.0.0.1:\(notifyPort)/v1.0/debit/notify",
            "--registered-url", Workspace.publicURL,
            "--client-id", Workspace.clientID, "--merchant-id", Workspace.merchantID,
        ]
        process = try ChildProcess(
            program + "/cashin-simulator",
            arguments + options,
            environment: environment
        )
        let line = process.errors.first { $0.value(of: "message") == "listening" }
        guard let endpoint = line?.value(of: "address").flatMap({ Endpoint($0) }),
            case .loopback(let port) = endpoint
        else { throw NotListening(log: process.errors.all) }
        self.endpoint = endpoint
        self.port = port
    }

    /// What to set so that a daemon calls it.
    var settings: [String] {
        ["cashIn.baseURL=http://127.0.0.1:\(port)/pg/fo"]
    }

    /// Has a customer pay; returns when the callbacks are confirmed or given up, unless told not to
    /// wait.
    @discardableResult
    func pay(
        _ reference: String,
        faults: [String] = [],
        amount: String? = nil,
        waits: Bool = true
    ) throws -> RawResponse {
        try control(reference, "pay", faults: faults, amount: amount, waits: waits)
    }

    @discardableResult
    func cancel(
        _ reference: String,
        faults: [String] = [],
        waits: Bool = true
    ) throws -> RawResponse {
        try control(reference, "cancel", faults: faults, amount: nil, waits: waits)
    }

    private func control(
        _ reference: String,
        _ action: String,
        faults: [String],
        amount: String?,
        waits: Bool
    ) throws -> RawResponse {
        var members = ["\"wait\":\(waits)"]
        let list = faults.map { "\"\($0)\"" }.joined(separator: ",")
        if !faults.isEmpty { members.append("\"faults\":[\(list)]") }
        if let amount { members.append("\"amount\":\"\(amount)\"") }
        return try post(
            "/simulator/transactions/\(reference)/\(action)",
            "{\(members.joined(separator: ","))}"
        )
    }

    /// Changes what it does wrong from now on.
    func setFaults(_ faults: [String]) throws {
        let list = faults.map { "\"\($0)\"" }.joined(separator: ",")
        _ = try post("/simulator/faults", "{\"faults\":[\(list)]}")
    }

    /// Every payment that it knows.
    func payments() throws -> [JSON] {
        let request = WireRequest(method: "GET", target: "/simulator/transactions")
        return try RawClient(endpoint).exchange(request.bytes).json["transactions"].items
    }

    /// How often a service was called.
    func requestCount(_ service: String) -> Int {
        process.errors.all.count {
            $0.value(of: "message") == "request" && $0.value(of: "service") == service
        }
    }

    func post(_ target: String, _ body: String) throws -> RawResponse {
        var request = WireRequest(target: target)
        request.body = Array(body.utf8)
        return try RawClient(endpoint).exchange(request.bytes)
    }
}

/// A daemon and its gateway, which know each other.
struct Pair {
    let workspace: Workspace
    let daemon: Daemon
    let gateway: Gateway
    let notifyPort: UInt16
    let settings: [String]

    /// - Parameters:
    ///   - set: of the daemon, as for `--set`.
    ///   - options: of the simulator.
    ///   - isPublished: whether `notify.publicURL` leads to the daemon itself.
    init(
        set: [String] = [],
        options: [String] = ["--retry-seconds", "none"],
        isPublished: Bool = false
    ) throws {
        workspace = try Workspace(confirms: "unproven")
        notifyPort = try FreePort.next()
        gateway = try Gateway(for: workspace, notifyPort: notifyPort, options: options)
        let address = "127.0.0.1:\(notifyPort)"
        let url = isPublished ? ["notify.publicURL=http://\(address)/v1.0/debit/notify"] : []
        settings = ["notify.listen=\(address)"] + gateway.settings + url + set
        daemon = try Daemon(in: workspace, set: settings)
    }

    /// Starts the daemon again where it was.
    func restarted(set: [String] = []) throws -> Daemon {
        try Daemon(in: workspace, set: settings + set)
    }
}

extension Daemon {
    /// Sends JSON to the internal API.
    func post(_ target: String, _ body: String, as token: String = "ops") throws -> RawResponse {
        var request = internalRequest("POST", target, as: token)
        request.add("Content-Type", "application/json")
        request.body = Array(body.utf8)
        return try RawClient(internalEndpoint).exchange(request.bytes)
    }

    /// Asks for a QR code.
    func generate(
        _ reference: String,
        amount: String = "10000.00",
        _ more: String = ""
    ) throws -> RawResponse {
        try post(
            "/admin/qr/generate",
            """
            {"partnerReferenceNo":"\(reference)","amount":"\(amount)"\(more)}
            """
        )
    }

    /// A payment, when it has gone on beyond `since`; as it is when that takes too long.
    func transaction(_ reference: String, since: Int = -1) throws -> JSON {
        let query = since < 0 ? "" : "?wait=30&since=\(since)"
        return try get("/v1/transactions/\(reference)\(query)").json
    }

    /// A payment as soon as it has the status; as it is when that takes too long.
    func transaction(_ reference: String, until status: String) throws -> JSON {
        var json = try transaction(reference)
        for _ in 0..<3 where json["status"].text != status {
            json = try transaction(reference, since: json["lastSequence"].integer ?? 0)
        }
        return json
    }
}
