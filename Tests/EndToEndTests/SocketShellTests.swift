import Foundation
import Glibc
import Support
import Testing

/// Every command that calls the internal API, over a Unix socket, in a pipe, in the locale C.
@Suite(.blocking)
struct SocketShellTests {
    private let workspace: Workspace
    private let gateway: Gateway
    private let daemon: Daemon
    private let address: String

    init() throws {
        workspace = try Workspace(confirms: "unproven")
        let notifyPort = try FreePort.next()
        gateway = try Gateway(
            for: workspace,
            notifyPort: notifyPort,
            options: ["--retry-seconds", "none"]
        )
        address = "unix:\(workspace.directory)internal.sock"
        let listen = ["notify.listen=127.0.0.1:\(notifyPort)", "internal.listen=\(address)"]
        daemon = try Daemon(in: workspace, set: listen + gateway.settings)
    }

    private func run(
        _ arguments: [String],
        environment: [String: String] = ["LC_ALL": "C"]
    ) throws -> (end: ChildProcess.End, output: [String], errors: [String]) {
        let token =
            arguments[0] == "health" ? [] : ["--token-file", workspace.directory + "ops.token"]
        return try ChildProcess.run(
            Daemon.program,
            arguments + ["--url", address] + token,
            environment: environment
        )
    }

    /// Generates `TRX-1`, which is paid, and `TRX-2`.
    private func pay() throws {
        for reference in ["TRX-1", "TRX-2"] {
            #expect(try daemon.generate(reference).status == 201)
        }
        try gateway.pay("TRX-1")
        #expect(try daemon.transaction("TRX-1", until: "success")["status"].text == "success")
    }

    /// An operator's decision with a note outside ASCII.
    private static let acceptance = [
        "accept", "TRX-2", "--status", "00", "--amount", "10000.00", "--note", "caf\u{E9}",
    ]

    /// Command lines, and a text that each shows.
    private static let commands: [(arguments: [String], text: String)] = [
        (["health"], "database  ok"),
        (["generate", "--reference", "TRX-3", "--amount", "1"], "##"),
        (["qr", "TRX-2"], "##"),
        (["qr", "TRX-1", "--svg", "-"], "<svg"),
        (["query", "TRX-2"], "2005100"),
        (["find", "--text", "TRX-1"], "TRX-1"),
        (["transaction", "TRX-1"], "success (00)"),
        (["transactions"], "TRX-1"),
        (["transitions"], "TRX-1"),
        (["transitions", "--status", "success,refunded"], "TRX-1"),
        (["consumers", "move", "orders", "--to", "latest"], "Lag      0"),
        (["consumers", "move", "orders", "--to", "1", "--rewind"], "Offset   1"),
        (["consumers"], "orders"),
        (["consumers", "show", "orders"], "orders"),
        (["consumers", "delete", "orders"], "Removed: orders"),
        (["callbacks"], "2005600"),
        (["callback", "1"], "POST /v1.0/debit/notify"),
        (["callback", "1", "--diagnosis"], "verifies"),
        (acceptance + ["--dry-run"], "Dry run"),
        (acceptance, "success"),
        // The undo of an operator's decision.
        (["accept", "TRX-2", "--status", "05", "--note", "undone"], "cancelled"),
        (["attention"], "Nothing needs attention."),
        (
            [
                "attention", "resolve", "--all", "--kind", "late-success", "--before",
                "2026-01-01", "--note", "n",
            ], "Resolved: 0"
        ),
        (["reconcile"], "Status inquiries started"),
        (["replay", "1", "--dry-run"], "Dry run"),
        (["prune", "--before", "2026-01-01", "--dry-run"], "Dry run"),
        (["summary"], "total"),
        (["export"], "TRX-1"),
        (["dossier", "TRX-2"], #"caf\u00e9"#),
        (["gateway-report"], "Callbacks: 1"),
    ]

    @Test func `every command answers in ASCII, without colour and progress`() throws {
        try pay()
        for (arguments, text) in Self.commands {
            let result = try run(arguments)
            #expect(result.end == .exited(0), "\(arguments): \(result.errors)")
            #expect(result.output.contains { $0.contains(text) }, "\(arguments): \(result.output)")
            #expect(result.errors.isEmpty, "\(arguments): \(result.errors)")
            let shown = result.output.joined()
            let isCSV = arguments[0] == "export"
            #expect(shown.unicodeScalars.allSatisfy { (0x20...0x7E).contains($0.value) || isCSV })
        }
    }

    @Test func `the same in a locale with UTF-8`() throws {
        try pay()
        let drawn = try run(["qr", "TRX-2"], environment: ["LC_CTYPE": "C.UTF-8"])
        #expect(drawn.output.contains { $0.contains("\u{2588}") })
        #expect(try run(Self.acceptance).end == .exited(0))
        let dossier = try run(["dossier", "TRX-2"], environment: ["LANG": "C.UTF-8"])
        #expect(dossier.output.contains { $0.contains("caf\u{E9}") })
    }

    @Test func `forward reads over the socket`() throws {
        try pay()
        let secret = Data(repeating: 0x5A, count: 32).base64EncodedString()
        try workspace.write("whsec_\(secret)\n", to: "shop.secret")
        let receiver = try MessageReceiver()
        let process = try ChildProcess(
            Daemon.program,
            [
                "forward", "--to", receiver.url, "--secret-file",
                workspace.directory + "shop.secret", "--consumer", "orders.shop", "--from", "1",
                "--url", address, "--token-file", workspace.directory + "orders.token",
            ]
        )
        #expect(receiver.messages(1).first?.json["data"]["sequence"].integer == 2)
        process.signal(SIGTERM)
        #expect(try process.wait() == .exited(0))
    }

    @Test func `the configuration names the socket`() throws {
        try pay()
        let text = try String(contentsOfFile: workspace.configurationFile, encoding: .utf8)
        try workspace.write(
            text.replacing(
                "internal: {\n    listen: \"127.0.0.1:0\"",
                with: "internal: {\n    listen: \"unix:internal.sock?mode=0600\""
            ),
            to: "socket.json5"
        )
        let configuration = ["--config", workspace.directory + "socket.json5"]
        for (command, text) in [("transactions", "TRX-1"), ("health", "draining  ok")] {
            let result = try ChildProcess.run(Daemon.program, [command] + configuration)
            #expect(result.end == .exited(0), "\(result.errors)")
            #expect(result.output.contains { $0.contains(text) })
        }
    }

    @Test func `what is wrong is said with the field or the socket`() throws {
        try pay()
        let cases: [(arguments: [String], code: CInt, text: String)] = [
            (["qr", "TRX-1"], 65, "no QR code is drawn: the payment is final"),
            (["qr", "NONE"], 65, "field partnerReferenceNo"),
            (["callback", "999"], 65, "field id"),
            (["consumers", "show", "none"], 65, "field name"),
            (["consumers", "delete", "none"], 65, "field name"),
            (["consumers", "move", "x", "--to", "999"], 65, "field position"),
            (["consumers", "move", "x", "--to", "yesterday"], 65, "field recordedFrom"),
            (["accept", "TRX-1", "--status", "09", "--note", "n"], 65, "field status"),
            (["attention", "resolve", "999", "--note", "n"], 65, "field id"),
            (["qr", "TRX-2", "--svg", workspace.configurationFile], 74, "--svg"),
        ]
        for (arguments, code, text) in cases {
            let result = try run(arguments)
            #expect(result.end == .exited(code), "\(arguments): \(result.errors)")
            #expect(result.errors.count == 1)
            #expect(result.errors.contains { $0.contains(text) }, "\(result.errors)")
        }
        #expect(try daemon.stop() == .exited(0))
        let none = try run(["health"])
        #expect(none.end == .exited(69))
        #expect(none.errors[0].contains("\(address): connect failed"), "\(none.errors)")
    }
}
