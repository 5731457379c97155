import Crypto
import Foundation
import Glibc
import Support
import Testing

/// Signals, exit codes, reloading, and what keeps the daemon from starting.
@Suite(.blocking)
struct LifecycleTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `it stops with 0 and finishes what is under way`(signal: CInt) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        var request = try Callback().request()
        request.add("Expect", "100-continue")
        let idle = try daemon.connect()
        #expect(try idle.exchange(Callback().request().bytes).code == "2005600")
        let busy = try daemon.connect()
        // Once its body is asked for, the request is under way.
        #expect(try busy.exchange(request.head).status == 100)

        daemon.process.signal(signal)
        #expect(daemon.process.errors.first { $0.contains("message=stopping") } != nil)
        try busy.send(request.body)
        let response = try busy.response()
        #expect(response.code == "2005600")
        #expect(response["Connection"] == "close")
        #expect(try daemon.process.wait() == .exited(0))
        #expect(try idle.isEnded())
        #expect(throws: RawClient.Failure.self) { try daemon.connect() }
        #expect(daemon.log.last?.contains("message=stopped") == true)
        #expect(try Daemon(in: workspace).feed().count == 2)
    }

    @Test func `a second signal ends it at once`() throws {
        let daemon = try Daemon(in: Workspace())
        let busy = try daemon.connect()
        var request = try Callback().request()
        request.add("Expect", "100-continue")
        #expect(try busy.exchange(request.head).status == 100)
        daemon.process.signal(SIGTERM)
        #expect(daemon.process.errors.first { $0.contains("message=stopping") } != nil)
        let started = Date()
        daemon.process.signal(SIGTERM)
        guard case .exited(let code) = try daemon.process.wait() else {
            Issue.record("killed by a signal")
            return
        }
        #expect(code != 0)
        #expect(Date().timeIntervalSince(started) < 8)
    }

    @Test(.onSQLite) func `a second daemon on one database is sent away`() throws {
        let workspace = try Workspace()
        let first = try Daemon(in: workspace)
        let second = try Daemon.launch(in: workspace)
        #expect(try second.wait() == .exited(69))
        #expect(second.errors.all.contains { $0.contains("\(first.process.id)") })
        #expect(!second.errors.all.contains { $0.contains("message=listening") })
        #expect(try first.post(Callback()).code == "2005600")
        // What is left of one that was killed is no obstacle.
        try first.kill()
        #expect(try Daemon(in: workspace).feed().count == 1)
    }

    @Test func `an address in use is a reason not to start`() throws {
        let first = try Daemon(in: Workspace())
        let workspace = try Workspace()
        let address = "\(first.notifyEndpoints[0])"
        let second = try Daemon.launch(in: workspace, set: ["notify.listen=\(address)"])
        #expect(try second.wait() == .exited(69))
        #expect(second.errors.all.contains { $0.contains(address) })
    }

    @Test func `a reload brings new keys, tokens and options to open connections`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let client = try daemon.connect()
        let other = try Callback(key: workspace.keys.other)
        #expect(try client.exchange(other.request().bytes).code == "4015600")

        try workspace.write(workspace.keys.other.publicKey.pem(), to: "next-public.pem")
        try workspace.write(
            "another-secret-of-the-orders-service-1\n",
            to: "orders.token",
            mode: 0o600
        )
        let text = Workspace.configuration
            .replacing(
                "[\"cashin-public.pem\"]",
                with: "[\"cashin-public.pem\", \"next-public.pem\"]"
            )
            .replacing(
                "confirmWithQuery",
                with: "unknownTransactions: \"reject\", confirmWithQuery"
            )
        try workspace.write(text, to: "config.json5")
        #expect(try daemon.reload()?.contains("message=reloaded") == true)

        #expect(try client.exchange(other.request().bytes).code == "4045601")
        #expect(try client.exchange(Callback().request().bytes).code == "4045601")
        #expect(try daemon.get("/v1/transitions", as: "orders").status == 401)
        var request = WireRequest(method: "GET", target: "/v1/transitions")
        request.add("Authorization", "Bearer another-secret-of-the-orders-service-1")
        #expect(try RawClient(daemon.internalEndpoint).exchange(request.bytes).status == 200)
        #expect(try daemon.get("/v1/transitions", as: "ops").status == 200)
        #expect(try daemon.stop() == .exited(0))
    }

    @Test(arguments: [
        ("config.json5", "{", "not JSON5"), ("config.json5", "{}", "everything missing"),
        ("cashin-public.pem", "nothing", "a broken key"), ("ops.token", "short", "a short token"),
    ])
    func `a reload that finds something wrong changes nothing`(
        file: String,
        text: String,
        why: String
    ) throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        try workspace.write(text, to: file)
        #expect(try daemon.reload()?.contains("reload refused") == true, "\(why)")
        #expect(daemon.log.contains { $0.contains("level=error") && $0.contains("problem=") })
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.feed().count == 1)
    }

    @Test(arguments: ["", "G", "POST /v1.0/debit/notify HTTP/1.1\r\nHost: a\r\n"])
    func `a connection without a complete head does not hold up the stop`(begun: String) throws {
        let daemon = try Daemon(
            in: Workspace(),
            set: ["limits.headerSeconds=600", "limits.idleSeconds=600"]
        )
        let clients = [try daemon.connect(), try RawClient(daemon.internalEndpoint)]
        for client in clients { try client.send(begun) }
        // What came after them was served, so that they are accepted and their bytes are there.
        let probe = WireRequest(method: "GET", target: "/healthz").bytes
        for endpoint in [daemon.notifyEndpoints[0], daemon.internalEndpoint] {
            #expect(try RawClient(endpoint).exchange(probe).status == 200)
        }
        daemon.process.signal(SIGTERM)
        // Closed, not broken off when the time to stop was up: that would be a reset.
        for client in clients { #expect(try client.receiveUntilEnd().isEmpty) }
        #expect(try daemon.process.wait() == .exited(0))
    }

    @Test func `a reload names what needs a restart and applies the rest`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let text = Workspace.configuration
            .replacing("receiver.db", with: "other.db")
            .replacing(
                "confirmWithQuery",
                with: "unknownTransactions: \"reject\", confirmWithQuery"
            )
        try workspace.write(text, to: "config.json5")
        #expect(try daemon.reload()?.contains("message=reloaded") == true)
        let warning = daemon.log.first { $0.contains("level=warning") && $0.contains("restart") }
        #expect(warning?.contains("storage.database") == true)
        #expect(!workspace.exists("other.db"))
        #expect(try daemon.post(Callback()).code == "4045601")
    }

    @Test func `a reload names certificates whose contents have changed`() throws {
        let workspace = try Workspace()
        let directory = URL(fileURLWithPath: workspace.directory)
        let make = { (name: String) in
            let made = try OpenSSLCommand.run(
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-subj", "/CN=\(name)", "-keyout", "ca.key", "-out", "ca.pem",
                ],
                in: directory
            )
            #expect(made.exitCode == 0, "\(made.output)")
        }
        try make("first")
        let daemon = try Daemon(in: workspace, set: ["cashIn.caFile=ca.pem"])
        try make("second")
        let line = try daemon.reload()
        #expect(line?.contains("changed=\"\" contents=cashIn.caFile") == true, "\(line ?? "")")
        #expect(try daemon.reload()?.contains("contents=") == false)
    }

    /// Each time that a descriptor of the file is closed, SQLite's locks go with it.
    @Test(.onSQLite) func `a reload does not open the database`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try daemon.feed().count == 1)
        let before = try openFiles(of: daemon)
        let isLocked = before.values.contains {
            $0.hasPrefix(workspace.database + "\n") && $0.contains("POSIX")
        }
        #expect(isLocked, "\(before)")
        // A reader may open the database at any time, and then keeps it open.
        func lost() throws -> [String: String] {
            let now = try openFiles(of: daemon)
            return before.filter { now[$0.key] != $0.value }
        }
        for level in ["debug", "info", "debug"] {
            let text = Workspace.configuration.replacing(
                "storage: {",
                with: "log: { level: \"\(level)\" }, storage: { rejectedKept: 5, "
            )
            try workspace.write(text, to: "config.json5")
            #expect(try daemon.reload() != nil)
            #expect(try lost() == [:])
        }
        try workspace.write("{", to: "config.json5")
        #expect(try daemon.reload()?.contains("refused") == true)
        #expect(try lost() == [:])
    }

    /// The descriptors that lead to files of the database, each with its file and those of its
    /// locks that last as long as its connection.
    private func openFiles(of daemon: Daemon) throws -> [String: String] {
        let directory = "/proc/\(daemon.process.id)/fd/"
        var files: [String: String] = [:]
        for number in try FileManager.default.contentsOfDirectory(atPath: directory) {
            let target = try? FileManager.default.destinationOfSymbolicLink(
                atPath: directory + number
            )
            guard let target, target.hasPrefix(daemon.workspace.database) else { continue }
            // Closing another descriptor of the file would drop its locks: proc_pid_fdinfo(5).
            let about = "/proc/\(daemon.process.id)/fdinfo/\(number)"
            // In the shared memory only the lock of its byte 128 lasts: https://sqlite.org/walformat.html
            let isSharedMemory = target.hasSuffix("-shm")
            let locks = try String(contentsOfFile: about, encoding: .utf8).split(separator: "\n")
                .filter { $0.hasPrefix("lock:") }
                .filter { !isSharedMemory || $0.hasSuffix(" 128 128") }
                .sorted()
            files[number] = ([target] + locks.map(String.init)).joined(separator: "\n")
        }
        return files
    }

    @Test func `a reload names the files whose contents have changed`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        let untouched = try daemon.reload()
        #expect(untouched?.contains("contents=") == false)
        try workspace.write(workspace.keys.other.publicKey.pem(), to: "cashin-public.pem")
        try workspace.write(
            "another-secret-of-the-orders-service-1\n",
            to: "orders.token",
            mode: 0o600
        )
        let line = try daemon.reload()
        #expect(
            line?.contains(
                "changed=\"\" contents=\"internal.tokens[0].file, cashIn.publicKeyFiles[0]\""
            ) == true,
            "\(line ?? "")"
        )
    }

    private static let limits: [([String], CInt, [Int])] = [
        ([], 0, [472, 472]), (["limits.connections=600"], 0, [600, 344]),
        (["limits.connections=2000"], 78, []),
        (["limits.connections=473", "internal.limits.connections=472"], 78, []),
    ]

    @Test(arguments: limits)
    func `connection limits that are not set fit the limit of open files`(
        set: [String],
        code: CInt,
        connections: [Int]
    ) throws {
        let workspace = try Workspace()
        let command =
            [Daemon.program, "check-config", "--config", workspace.configurationFile]
            + set.flatMap { ["--set", $0] }
        let result = try ChildProcess.run("/usr/bin/prlimit", ["--nofile=1024:1024"] + command)
        #expect(result.end == .exited(code))
        #expect(result.errors.contains { $0.contains("RLIMIT_NOFILE") })
        for number in connections {
            #expect(result.output.contains { $0.contains("connections: \(number)") })
        }
    }

    @Test func `every problem of a configuration is told, one a line, and nothing is opened`()
        throws
    {
        let workspace = try Workspace()
        let text = Workspace.configuration
            .replacing("confirmWithQuery", with: "confirmWithQeury")
            .replacing(Workspace.publicURL, with: "ftp://example")
            .replacing("\"orders.token\"", with: "\"missing.token\"")
            .replacing("clientId: \"\(Workspace.clientID)\",", with: "")
        try workspace.write(text, to: "config.json5")
        for command in ["serve", "check-config"] {
            let result = try ChildProcess.run(
                Daemon.program,
                [command, "--config", workspace.configurationFile]
            )
            #expect(result.end == .exited(78))
            let prefix = workspace.configurationFile + ": "
            #expect(result.errors.allSatisfy { $0.hasPrefix(prefix) })
            let keys = result.errors.map { $0.dropFirst(prefix.count).prefix { $0 != ":" } }
            #expect(
                Set(keys) == [
                    "notify.confirmWithQeury", "notify.publicURL", "internal.tokens[0].file",
                    "cashIn.clientId",
                ]
            )
            let unknown = result.errors.first { $0.contains("confirmWithQeury") }
            #expect(unknown?.contains("confirmWithQuery") == true)
        }
        #expect(!workspace.exists("receiver.db"))
        #expect(!workspace.exists("receiver.db.lock"))
    }

    @Test func `what is set on the command line is checked like the file`() throws {
        let workspace = try Workspace()
        let result = try Daemon.launch(
            in: workspace,
            set: ["limits.bodyBytes=0", "log.level=loud"]
        )
        #expect(try result.wait() == .exited(78))
        #expect(result.errors.all.count == 2)
        #expect(!workspace.exists("receiver.db"))
    }

    @Test func `a configuration that cannot be read is told by name`() throws {
        let result = try ChildProcess.run(
            Daemon.program,
            ["serve", "--config", "/nonexistent.json5"]
        )
        guard case .exited(let code) = result.end else {
            Issue.record("killed by a signal")
            return
        }
        #expect([74, 78].contains(code))
        #expect(result.errors.contains { $0.contains("/nonexistent.json5") })
    }

    @Test func `check-config shows the effective configuration without secrets`() throws {
        let workspace = try Workspace()
        let result = try ChildProcess.run(
            Daemon.program,
            ["check-config", "--config", workspace.configurationFile]
        )
        #expect(result.end == .exited(0))
        let text = result.output.joined(separator: "\n")
        #expect(text.contains(workspace.keys.gateway.publicKey.fingerprint))
        for secret in workspace.tokens.values { #expect(!text.contains(secret)) }
        #expect(!workspace.exists("receiver.db"))
    }

    @Test(arguments: [
        "": 64, "sevre": 64, "serve --colour": 64, "serve --config": 64, "serve extra": 64,
        "serve --set novalue": 64, "init": 64, "--help": 0, "--version": 0, "serve --help": 0,
        "check-config --help": 0, "init --help": 0, "keygen --help": 0,
    ])
    func `a command line that is wrong ends with 64, one that asks for help with 0`(
        line: String,
        code: CInt
    ) throws {
        let result = try ChildProcess.run(
            Daemon.program,
            line.split(separator: " ").map(String.init)
        )
        #expect(result.end == .exited(code))
        #expect(result.output.isEmpty == (code != 0))
        #expect(result.errors.isEmpty == (code == 0))
        if line == "sevre" { #expect(result.errors.first?.contains("serve") == true) }
    }

    @Test func `what init writes starts once its gaps are filled`() throws {
        let workspace = try Workspace()
        let directory = workspace.directory + "made"
        let made = try ChildProcess.run(Daemon.program, ["init", "--dir", directory])
        #expect(made.end == .exited(0))
        let again = try ChildProcess.run(Daemon.program, ["init", "--dir", directory])
        #expect(again.end == .exited(0))
        #expect(again.output.first == "Kept in \(directory)/:")
        try workspace.write(workspace.keys.gateway.publicKey.pem(), to: "made/cashin-public.pem")
        let fill = [
            "notify.publicURL=\(Workspace.publicURL)", "cashIn.clientId=\(Workspace.clientID)",
            "cashIn.merchantId=MCH1", "notify.listen=127.0.0.1:0", "internal.listen=127.0.0.1:0",
        ]
        let process = try ChildProcess(
            Daemon.program,
            ["serve", "--config", directory + "/config.json5"] + fill.flatMap { ["--set", $0] }
        )
        #expect(process.errors.first { $0.contains("listener=notify") } != nil)
        process.signal(SIGTERM)
        #expect(try process.wait() == .exited(0))
    }
}
