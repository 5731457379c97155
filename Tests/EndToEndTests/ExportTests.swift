import Foundation
import Support
import Testing

/// `GET /v1/export` and the command `export`.
@Suite(.blocking)
struct ExportTests {
    private static func shell(
        _ arguments: [String],
        _ daemon: Daemon,
        as token: String = "auditor"
    ) throws -> (end: ChildProcess.End, output: [String], errors: [String]) {
        try ChildProcess.run(
            Daemon.program,
            ["export"] + arguments + [
                "--url", "http://\(daemon.internalEndpoint)",
                "--token-file", "\(daemon.workspace.directory)\(token).token",
            ]
        )
    }

    /// The lines without their carriage returns.
    private static func lines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\r\n").map { String($0) }
    }

    @Test func `payments and transitions are exported over HTTP and from a shell`() throws {
        let daemon = try Daemon(in: Workspace())
        let first = try Callback(status: "03")
        let second = try Callback("-TRX\(UInt32.random(in: 1...9_999_999))", amount: "25000.00")
        let paid = first.renamed().with { $0.body.latestTransactionStatus = "\"00\"" }
        for callback in [first, second, paid] {
            #expect(try daemon.post(callback).code == "2005600")
        }
        let payments = try daemon.get("/v1/export", as: "auditor")
        #expect(payments.status == 200)
        #expect(payments["Content-Type"] == "text/csv; charset=utf-8; header=present")
        #expect(payments["Content-Disposition"] == "attachment; filename=\"payments.csv\"")
        let lines = Self.lines(payments.text)
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("partnerReferenceNo,referenceNo,status,"))
        let row = "success,00,10000.00,,10000.00,,notify"
        #expect(lines[1].hasPrefix("\(first.merchant),\(first.gateway),\(row)"))
        #expect(lines[2].hasPrefix("'\(second.merchant),\(second.gateway),success,00,25000.00"))

        let transitions = try daemon.get("/v1/export?what=transitions", as: "auditor")
        let numbers = Self.lines(transitions.text).map { String($0.prefix { $0 != "," }) }
        #expect(numbers == ["sequence", "1", "2", "3"])
        let none = try daemon.get("/v1/export?what=transitions&to=2020-01-01", as: "auditor")
        #expect(Self.lines(none.text).count == 1)

        let shown = try Self.shell(["--what", "transitions"], daemon)
        #expect((shown.end, shown.errors) == (.exited(0), []))
        #expect(shown.output.count == 4)
        let file = daemon.workspace.directory + "november.csv"
        let written = try Self.shell(["--out", file], daemon)
        #expect((written.end, written.output, written.errors) == (.exited(0), [], []))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == payments.text)
        let again = try Self.shell(["--out", file], daemon)
        #expect(again.end == .exited(74))
        #expect(again.errors.first?.contains("File exists") == true)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == payments.text)
    }

    @Test func `an export that fails leaves no file`() throws {
        let daemon = try Daemon(in: Workspace())
        let file = daemon.workspace.directory + "none.csv"
        let refused = try Self.shell(["--what", "refunds", "--out", file], daemon)
        #expect(refused.end == .exited(65))
        #expect(refused.errors.first?.contains("what must be one of") == true)
        let stranger = try Self.shell(["--out", file], daemon, as: "orders")
        #expect(stranger.end == .exited(78))
        #expect(try daemon.stop() == .exited(0))
        #expect(try Self.shell(["--out", file], daemon).end == .exited(69))
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func `a reader that goes away ends the command`() throws {
        let daemon = try Daemon(in: Workspace())
        #expect(try daemon.post(Callback()).code == "2005600")
        let words = [
            Daemon.program, "export", "--url", "http://\(daemon.internalEndpoint)",
            "--token-file", "\(daemon.workspace.directory)auditor.token",
        ]
        let result = try ChildProcess.run(
            "/bin/bash",
            ["-c", words.joined(separator: " ") + " > /dev/full; echo $?"]
        )
        #expect(result.output == ["74"])
        #expect(result.errors.first?.contains("standard output cannot be written") == true)
    }

    @Test func `a selection that is none is refused`() throws {
        let daemon = try Daemon(in: Workspace())
        for (query, field) in [
            ("what=refunds", "what"), ("what=transitions&by=paid", "by"), ("by=x", "by"),
            ("from=2026-11-23&to=2026-11-22", "to"), ("from=22/11/2026", "from"),
        ] {
            let response = try daemon.get("/v1/export?\(query)", as: "auditor")
            check(response, 400, "invalid-parameter", field: field, "\(query)")
        }
    }
}
