import Foundation
import Glibc
import Support
import Testing

/// `POST /v1/compare` and the command `compare`.
@Suite(.blocking)
struct CompareTests {
    /// The result of a comparison, after a check of its status.
    private static func compare(
        _ daemon: Daemon,
        _ report: String,
        _ parameters: String = "reference=Ref&amount=Jumlah",
        as token: String = "auditor"
    ) throws -> JSON {
        let answer = try daemon.call("POST", "/v1/compare?\(parameters)", report, as: token)
        #expect(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    /// The number of differences of each kind that has any.
    private static func counts(_ result: JSON) -> [String: Int] {
        let pairs = result["differences"].items.map {
            ($0["kind"].text ?? "", $0["count"].integer ?? -1)
        }
        return Dictionary(uniqueKeysWithValues: pairs).filter { $0.value != 0 }
    }

    private static func entries(_ result: JSON, _ kind: String) -> [JSON] {
        result["differences"].items.first { $0["kind"].text == kind }?["entries"].items ?? []
    }

    private static func shell(
        _ arguments: [String],
        _ daemon: Daemon,
        as token: String = "auditor"
    ) throws -> (end: ChildProcess.End, output: [String], errors: [String]) {
        let access = [
            "--url", "http://\(daemon.internalEndpoint)",
            "--token-file", "\(daemon.workspace.directory)\(token).token",
        ]
        return try ChildProcess.run(Daemon.program, ["compare"] + arguments + access)
    }

    private static let title = "Laporan\r\n\r\nRef;Jumlah;Biaya;Tanggal\r\n"

    // MARK: What differs

    /// One payment of each kind; TRX-5 is paid, and not in the report.
    private static func scene() throws -> Pair {
        let pair = try Pair(set: ["reconcile.enabled=false"])
        for number in 1...5 {
            let fee = ",\"feeAmount\":\"70\""
            #expect(try pair.daemon.generate("TRX-\(number)", amount: "25000", fee).status == 201)
        }
        #expect(try pair.gateway.pay("TRX-1").status == 200)
        #expect(try pair.gateway.pay("TRX-2").status == 200)
        #expect(try pair.gateway.pay("TRX-3", faults: ["drop"]).status == 200)
        #expect(try pair.gateway.pay("TRX-4", faults: ["signature"]).status == 200)
        #expect(try pair.gateway.pay("TRX-5").status == 200)
        for number in [1, 2, 5] {
            let payment = try pair.daemon.transaction("TRX-\(number)", until: "success")
            #expect(payment["status"].text == "success")
        }
        return pair
    }

    private static var today: String {
        let parts = JakartaNow.text().prefix(10).split(separator: "-")
        return "\(parts[2])/\(parts[1])/\(parts[0])"
    }

    private static func report() -> String {
        let rows = [
            "TRX-1;25.000,00;70,00", "TRX-2;24.000,00;70,00", "TRX-3;25.000,00;",
            "TRX-4;25.000,00;70", "TRX-9;1.000.000,00;", "TRX-1;25.000,00;70",
        ]
        return title + rows.map { "\($0);\(today)\r\n" }.joined() + "Total;1.124.000,00;;\r\n"
    }

    private static let columns = "reference=Ref&amount=Jumlah&fee=biaya&date=Tanggal"

    @Test func `each difference has its amounts, its age and what the callbacks say`() throws {
        let pair = try Self.scene()
        let daemon = pair.daemon
        let order = "&dateOrder=dayFirst"
        let result = try Self.compare(daemon, Self.report(), Self.columns + order)
        #expect(
            Self.counts(result) == [
                "onlyThere": 1, "onlyHere": 1, "notPaidHere": 2, "amountsDiffer": 1, "repeated": 1,
            ]
        )
        #expect(result["equal"].bool == false)
        #expect(
            result["summary"].text
                == "6 differences: 1 only there, 1 only here, 2 not paid here, 1 with another "
                + "amount, 1 on several lines."
        )
        #expect(result["report"]["count"].integer == 6)
        #expect(result["report"]["amount"]["value"].text == "1124000.00")
        #expect(result["receiver"]["count"].integer == 3)
        #expect(result["receiver"]["amount"]["value"].text == "75000.00")
        #expect(result["receiver"]["feeAmount"]["value"].text == "210.00")
        #expect(result["warnings"].items.isEmpty)
        #expect(result["otherLines"].integer == 2)
        #expect(result["from"].text?.hasSuffix("T00:00:00.000+07:00") == true)

        let there = Self.entries(result, "onlyThere").first
        #expect(there?["lines"][0]["line"].integer == 8)
        #expect(there?["payment"] == .null)
        #expect(there?["sentence"].text?.hasPrefix("Nothing here has the reference TRX-9") == true)
        let here = Self.entries(result, "onlyHere").first
        #expect(here?["payment"]["partnerReferenceNo"].text == "TRX-5")
        #expect(here?["sentence"].text?.hasPrefix("Paid at ") == true)
        #expect(here?["action"].text?.hasPrefix("Search for it in the gateway's report") == true)
        let unpaid = Self.entries(result, "notPaidHere")
        #expect(unpaid.map { $0["payment"]["status"].text } == ["pending", "pending"])
        #expect(unpaid[0]["sentence"].text?.contains("no callback has arrived") == true)
        #expect(unpaid[1]["sentence"].text?.contains(" and was refused: ") == true)
        #expect(unpaid[0]["ageSeconds"].integer ?? -1 >= 0)
        let other = Self.entries(result, "amountsDiffer").first
        #expect(other?["lines"][0]["amount"]["value"].text == "24000.00")
        #expect(other?["payment"]["amount"]["value"].text == "25000.00")
        let repeated = Self.entries(result, "repeated").first
        #expect(repeated?["lines"].items.map { $0["line"].integer } == [4, 9])
    }

    @Test func `a query about what is not paid here says what came`() throws {
        let pair = try Self.scene()
        let report = "Ref,Jumlah\nTRX-1,25000\nTRX-3,25000\nTRX-4,25000\nTRX-9,25000\n"
        let columns = "reference=Ref&amount=Jumlah&query=true"
        let refused = try pair.daemon.call("POST", "/v1/compare?\(columns)", report, as: "auditor")
        check(refused, 403, "forbidden", field: "query")

        let result = try Self.compare(pair.daemon, report, columns, as: "ops")
        #expect(Self.counts(result) == ["onlyThere": 1, "notPaidHere": 2])
        #expect(result["queries"]["sent"].integer == 3)
        #expect(result["queries"]["left"].integer == 0)
        let unpaid = Self.entries(result, "notPaidHere")
        #expect(unpaid.map { $0["gateway"]["latestTransactionStatus"].text } == ["00", "00"])
        let sentence = unpaid[0]["sentence"].text ?? ""
        #expect(sentence.contains("no callback arrived: a query found the payment"), "\(sentence)")
        let confirmed = unpaid[1]["sentence"].text ?? ""
        #expect(confirmed.contains("a query found the payment"), "\(confirmed)")
        let unknown = Self.entries(result, "onlyThere").first
        #expect(unknown?["gateway"]["responseCode"].text?.hasPrefix("404") == true)
        let again = try Self.compare(pair.daemon, report, columns, as: "ops")
        #expect(Self.counts(again) == ["onlyThere": 1])
    }

    @Test func `a gateway that does not respond ends the queries`() throws {
        let pair = try Self.scene()
        pair.gateway.process.signal(SIGKILL)
        try pair.gateway.process.wait()
        let report = "Ref,Jumlah\nTRX-3,25000\nTRX-4,25000\n"
        let result = try Self.compare(
            pair.daemon,
            report,
            "reference=Ref&amount=Jumlah&query=true",
            as: "ops"
        )
        #expect(result["queries"]["sent"].integer == 1)
        #expect(result["queries"]["left"].integer == 1)
        let first = Self.entries(result, "notPaidHere").first
        #expect(first?["gatewayProblem"].text?.hasPrefix("The query failed: ") == true)
    }

    // MARK: The command

    @Test func `the command prints tables and exits 65 when something differs`() throws {
        let pair = try Self.scene()
        let file = "november.csv"
        try pair.workspace.write(Self.report(), to: file)
        let path = pair.workspace.directory + file
        let names = [
            "--reference", "Ref", "--amount", "Jumlah", "--fee", "Biaya", "--date", "Tanggal",
            "--date-order", "dayFirst",
        ]
        let shown = try Self.shell([path] + names, pair.daemon)
        #expect(shown.end == .exited(65))
        #expect(shown.errors == [])
        #expect(shown.output.first?.hasPrefix("Period: ") == true)
        #expect(shown.output.contains("Only in the report: 1, 1000000.00 IDR"), "\(shown.output)")
        #expect(shown.output.contains { $0.contains("  TRX-2") && $0.contains("24000.00 IDR") })
        #expect(shown.output.contains { $0.hasPrefix("  Paid at ") })
        #expect(shown.output.last?.hasPrefix("6 differences: ") == true)

        let json = try Self.shell([path, "--json"] + names, pair.daemon)
        #expect(json.end == .exited(65))
        #expect(json.output.count == 1)
        let queried = try Self.shell([path, "--query"] + names, pair.daemon, as: "ops")
        #expect(queried.output.contains("Queried: 3, not queried: 0"), "\(queried.output)")
        #expect(queried.output.contains { $0.hasPrefix("  The gateway responded: ") })
    }

    @Test func `the command exits 0 when both sides are equal, and reads standard input`() throws {
        let pair = try Self.scene()
        let words = [
            Daemon.program, "compare", "-", "--reference", "1", "--amount", "2",
            "--url", "http://\(pair.daemon.internalEndpoint)",
            "--token-file", "\(pair.workspace.directory)auditor.token",
        ]
        let run = { (report: String) in
            try ChildProcess.run(
                "/bin/bash",
                ["-c", "printf '%b' '\(report)' | \(words.joined(separator: " ")); echo $?"]
            )
        }
        let equal = try run("TRX-1;25000;x\\nTRX-2;25000;x\\n")
        #expect(equal.output.suffix(2) == ["Equal: 2 payments.", "0"], "\(equal)")
        #expect(equal.errors == [])
        let unclear = try run("TRX-1;25.000;x\\nTRX-2;25.000;x\\n")
        #expect(unclear.output == ["65"])
        #expect(unclear.errors.first?.contains("does 25.000 mean 25000.00 or 25.00") == true)
        #expect(unclear.errors.first?.contains("(field decimalMark)") == true)
        let missing = try Self.shell(["x.csv", "--amount", "2"], pair.daemon)
        #expect(missing.end == .exited(64))
        let absent = try Self.shell(["x.csv", "--reference", "1", "--amount", "2"], pair.daemon)
        #expect(absent.end == .exited(74))
    }

    // MARK: What is refused

    @Test(
        arguments: [
            ("amount=2", "a;1\n", "invalid-parameter", "reference"),
            ("reference=0&amount=2", "a;1\n", "invalid-parameter", "reference"),
            ("reference=1&amount=2&separator=x", "a;1\n", "invalid-parameter", "separator"),
            ("reference=1&amount=2&query=maybe", "a;1\n", "invalid-parameter", "query"),
            ("reference=1&amount=2&from=x", "a;1\n", "invalid-parameter", "from"),
            ("reference=1&amount=2&limit=0", "a;1\n", "invalid-parameter", "limit"),
            ("reference=1&amount=2&columns=3", "a;1\n", "unknown-parameter", "columns"),
            ("reference=Nomor&amount=2", "Ref;x\na;1\n", "invalid-report", "reference"),
            ("reference=1&amount=2", "a;1.000\n", "invalid-report", "decimalMark"),
            ("reference=1&amount=2&date=3", "a;1;01/02/2026\n", "invalid-report", "dateOrder"),
            ("reference=1&amount=2", "", "invalid-report", nil),
        ] as [(String, String, String, String?)]
    )
    func `a request is refused`(query: String, body: String, type: String, field: String?) throws {
        let daemon = try Daemon(in: Workspace())
        let answer = try daemon.call("POST", "/v1/compare?\(query)", body, as: "auditor")
        check(answer, 400, type, field: field, "\(query)")
    }

    // MARK: Size

    /// The head of a request whose body has so many bytes.
    private static func head(_ daemon: Daemon, _ count: Int, as token: String?) -> [UInt8] {
        var request = daemon.internalRequest("POST", "/v1/compare?reference=1&amount=2", as: token)
        request.body = [0]
        let text = String(decoding: request.bytes.dropLast(), as: UTF8.self)
        return Array(text.replacing("Content-Length: 1", with: "Content-Length: \(count)").utf8)
    }

    @Test func `a large body needs a token, the scope, and a place`() throws {
        let daemon = try Daemon(in: Workspace())
        let size = 200_000
        for (token, status, type) in [
            (nil, 401, "unauthorized"), ("orders", 403, "forbidden"),
        ] as [(String?, Int, String)] {
            // The response comes before the body.
            let answer = try RawClient(daemon.internalEndpoint)
                .exchange(Self.head(daemon, size, as: token))
            check(answer, status, type)
        }
        let bytesMax = 32 * 1_024 * 1_024
        let tooLarge = try RawClient(daemon.internalEndpoint)
            .exchange(Self.head(daemon, bytesMax + 1, as: "auditor"))
        check(tooLarge, 413, "too-large")
        let other = try RawClient(daemon.internalEndpoint).exchange(
            Array(
                String(decoding: Self.head(daemon, size, as: "ops"), as: UTF8.self)
                    .replacing("/v1/compare?reference=1&amount=2", with: "/admin/qr/query").utf8
            )
        )
        check(other, 413, "too-large")

        let row = Array("TRX-1;25000\n".utf8)
        let body = Array(repeatElement(row, count: size / row.count).joined())
        let clients = try (0..<2).map { _ in try RawClient(daemon.internalEndpoint) }
        for client in clients {
            let head = String(
                decoding: Self.head(daemon, body.count, as: "auditor").dropLast(2),
                as: UTF8.self
            )
            try client.send(head + "Expect: 100-continue\r\n\r\n")
            #expect(try client.response().status == 100)
        }
        let answer = try RawClient(daemon.internalEndpoint)
            .exchange(Self.head(daemon, body.count, as: "auditor"))
        check(answer, 503, "overloaded")
        #expect(answer.json["retryable"].bool == true)
        // A small one needs no place.
        #expect(try Self.compare(daemon, "A;1\n", "reference=1&amount=2")["equal"].bool == false)
        for client in clients { try client.send(body) }
        for client in clients {
            let result = try client.response()
            #expect(result.status == 200, "\(result.text.prefix(500))")
            #expect(Self.counts(result.json) == ["repeated": 1])
        }
        let file = "large.csv"
        try daemon.workspace.write(String(decoding: body, as: UTF8.self), to: file)
        let path = daemon.workspace.directory + file
        let shown = try Self.shell([path, "--reference", "1", "--amount", "2"], daemon)
        #expect(shown.end == .exited(65))
        let stranger = try Self.shell(
            [path, "--reference", "1", "--amount", "2"],
            daemon,
            as: "orders"
        )
        #expect(stranger.end == .exited(78), "\(stranger.errors)")
    }

    /// Copies of the only payment, as if the receiver had stored them.
    private static func fill(_ workspace: Workspace, to count: Int) throws {
        let numbers =
            "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))"
        // The gateway's time of the model lies in the past.
        try workspace.runSQL("UPDATE payments SET paid_ms = created_at")
        let tables = ["payments": ["id"], "transitions": ["sequence", "payment_id"]]
        for (table, keys) in tables.sorted(by: { $0.key < $1.key }) {
            let columns = try workspace.runSQL("SELECT name FROM pragma_table_info('\(table)')")
            let values = columns.map { column in
                if keys.contains(column) || column == "last_sequence" { return "i" }
                if column == "partner_reference" { return "'COPY-' || i" }
                return column == "reference" ? "'PAY-' || i" : column
            }
            let key = table == "payments" ? "id" : "sequence"
            try workspace.runSQL(
                "\(numbers) INSERT INTO \(table) SELECT \(values.joined(separator: ", ")) "
                    + "FROM n, \(table) WHERE \(key) = 1 ORDER BY i"
            )
        }
    }

    /// The result of a comparison that takes long on a loaded machine.
    private static func patiently(
        _ daemon: Daemon,
        _ report: String,
        _ parameters: String
    ) throws -> JSON {
        var request = daemon.internalRequest("POST", "/v1/compare?\(parameters)", as: "auditor")
        request.body = Array(report.utf8)
        let client = try RawClient(daemon.internalEndpoint, timeoutSeconds: 600)
        let answer = try client.exchange(request.bytes)
        #expect(answer.status == 200, "\(answer.text.prefix(500))")
        return answer.json
    }

    @Test(.onSQLite) func `100,000 rows against 100,000 payments`() throws {
        let count = 100_000
        let workspace = try Workspace()
        let first = try Daemon(in: workspace)
        #expect(try first.post(Callback(amount: "25000.00")).code == "2005600")
        #expect(try first.stop() == .exited(0))
        try Self.fill(workspace, to: count)
        let daemon = try Daemon(in: workspace)
        // One line is missing, one is unknown, one has another amount.
        var text = Self.title
        for number in 3...count { text += "COPY-\(number);25.000,00;;\(Self.today) 14:05\r\n" }
        text += "PAY-2;25.001,00;;\(Self.today)\r\nUNKNOWN;25.000,00;;\(Self.today)\r\n"
        let dates = "&date=Tanggal&dateOrder=dayFirst"
        let result = try Self.patiently(daemon, text, "reference=Ref&amount=Jumlah" + dates)
        #expect(Self.counts(result) == ["onlyThere": 1, "onlyHere": 1, "amountsDiffer": 1])
        #expect(result["matching"].integer == count - 2)
        #expect(result["receiver"]["count"].integer == count)

        // Without a period, nothing is only here.
        let rows = text.split(separator: "\r\n").suffix(1_002)
        let part = try Self.patiently(
            daemon,
            rows.joined(separator: "\r\n"),
            "reference=1&amount=2"
        )
        #expect(Self.counts(part) == ["onlyThere": 1, "amountsDiffer": 1])
        #expect(part["matching"].integer == 1_000)
    }
}
