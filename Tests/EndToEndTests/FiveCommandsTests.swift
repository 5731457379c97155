import Crypto
import Foundation
import Glibc
import Support
import Testing

/// The way from an installed program to the first callback, as `deploy/OPERATING.md` has it, on the
/// built program: what `init` writes is what the service reads. `scripts/test-package` does the
/// same with the package.
@Suite(.blocking)
struct FiveCommandsTests {
    private let workspace: Workspace
    private var configuration: String { workspace.directory + "etc/config.json5" }
    private var data: String { workspace.directory + "data" }

    init() throws {
        workspace = try Workspace()
        // The service's user must reach its files.
        #expect(chmod(workspace.directory, 0o755) == 0)
    }

    private func run(_ arguments: [String]) throws -> DatabaseCommands.Outcome {
        try ChildProcess.run(Daemon.program, arguments)
    }

    /// Fills in what only the administrator and the gateway know.
    private func editFourValues() throws {
        var text = try String(contentsOfFile: configuration, encoding: .utf8)
        for (key, value) in [
            ("publicURL", Workspace.publicURL), ("clientId", Workspace.clientID),
            ("merchantId", Workspace.merchantID),
        ] {
            #expect(text.contains("\(key): \"\""), "\(key)")
            text = text.replacing("\(key): \"\"", with: "\(key): \"\(value)\"")
        }
        // Not by a new file, so that owner and mode stay those of init.
        let file = try #require(FileHandle(forWritingAtPath: configuration))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
        try workspace.write(
            try workspace.keys.gateway.publicKey.pem(),
            to: "etc/cashin-public.pem"
        )
    }

    @Test func `init, four values, check-config, start: the first callback is in the feed`() throws
    {
        let isRoot = ProcessUser.canBeChanged
        let user = isRoot ? ["--user", "nobody"] : []
        let place = ["--dir", workspace.directory + "etc", "--data", data]
        let start = try run(["init", "--system"] + place + user)
        #expect(start.end == .exited(0), "\(start.errors)")

        let incomplete = try run(["check-config", "--config", configuration])
        #expect(incomplete.end == .exited(78))
        #expect(incomplete.errors.count == 4, "\(incomplete.errors)")
        try editFourValues()
        let complete = try run(["check-config", "--config", configuration])
        #expect(complete.end == .exited(0))
        #expect(complete.errors == [])

        // systemd creates this directory where init could not give it to the user.
        if !isRoot { #expect(mkdir(data, 0o700) == 0) }
        let socket = try PassedSocket()
        let service = try serve(on: socket, as: isRoot ? .nobody : .own)
        #expect(service.errors.first { $0.value(of: "listener") == "internal" } != nil)
        let response = try RawClient(socket.endpoint).exchange(Callback().request().bytes)
        #expect(response.code == "2005600")
        #expect(
            !service.errors.all.contains { $0.contains("message=configuration") },
            "\(service.errors.all)"
        )

        // Operators read the tokens from the configuration.
        let address = try #require(service.errors.first { $0.value(of: "listener") == "internal" })
        let list = try run(
            [
                "transitions", "--config", configuration, "--url",
                "http://\(try #require(address.value(of: "address")))",
            ]
        )
        #expect(list.end == .exited(0), "\(list.errors)")
        // The payment waits for a query to the gateway, which this configuration does not reach.
        #expect(list.output.count >= 1)
        service.signal(SIGTERM)
        #expect(try service.wait() == .exited(0))
    }

    /// Starts the service as the unit does, on free ports.
    private func serve(on socket: PassedSocket, as user: ProcessUser) throws -> ChildProcess {
        let command = PassedSocket.command(
            user.command(
                Daemon.program,
                [
                    "serve", "--config", configuration, "--set", "internal.listen=127.0.0.1:0",
                    "--set", "cashIn.baseURL=http://127.0.0.1:9/pg/fo",
                ]
            )
        )
        return try ChildProcess(
            command[0],
            Array(command[1...]),
            environment: PassedSocket.environment,
            inherited: socket.descriptor
        )
    }

    /// The exit code that ends the unit's restarts (`RestartPreventExitStatus`).
    @Test func `without the socket, or with a wrong configuration, it says so and ends`() throws {
        let daemon = try Daemon.launch(
            in: workspace,
            set: ["notify.listen=systemd:\(PassedSocket.name)"]
        )
        #expect(try daemon.wait() == .exited(78))
        #expect(daemon.errors.all.contains { $0.contains("systemd:notify") })
        try workspace.write("{ notify: {} }", to: "config.json5")
        #expect(try Daemon.launch(in: workspace).wait() == .exited(78))
    }

    @Test func `the unit is as strict as it was, and does not restart what cannot start`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let unit = try String(
            contentsOfFile: "/\(root)/deploy/cashin-receiver.service",
            encoding: .utf8
        ).split(separator: "\n")
        for line in [
            "User=cashin-receiver", "StateDirectory=cashin-receiver", "StateDirectoryMode=0700",
            "RestartPreventExitStatus=64 78", "Requires=cashin-receiver.socket",
            "Also=cashin-receiver.socket", "NoNewPrivileges=yes", "ProtectSystem=strict",
        ] {
            #expect(unit.contains { $0 == line }, "\(line)")
        }
        #expect(unit.contains { $0.hasPrefix("MemoryMax=") })
        let analyze = "/usr/bin/systemd-analyze"
        guard FileManager.default.isExecutableFile(atPath: analyze) else { return }
        // In tenths; it exits with 1 beyond the threshold.
        let outcome = try ChildProcess.run(
            analyze,
            [
                "security", "--offline=true", "--threshold=15", "--no-pager",
                "/\(root)/deploy/cashin-receiver.service",
            ]
        )
        #expect(outcome.end == .exited(0), "\(outcome.output.suffix(1))")
    }
}
