import Support
import Testing

/// The diagnosis begins with the response that a callback got, also where the signature verifies.
@Suite(.blocking)
struct DiagnosisAnswerTests {
    /// One refused callback, and what the diagnosis says about its response.
    struct Row: Sendable, CustomTestStringConvertible {
        let fault: String
        let code: String
        let row: Int
        /// A part of the reason.
        let reason: String
        /// A part of the remedy.
        let remedy: String
        var settings: [String] = []
        var before: @Sendable (inout Callback) -> Void = { _ in }
        var after: @Sendable (inout WireRequest) -> Void = { _ in }

        var testDescription: String { "\(code): \(fault)" }
    }

    private static let object = String(decoding: NotifyBody().bytes, as: UTF8.self)

    private static func body(_ text: String) -> @Sendable (inout Callback) -> Void {
        { $0.literalBody = Array(text.utf8) }
    }

    static let requests: [Row] = [
        Row(
            fault: "a path that is not served",
            code: "4045600",
            row: 1,
            reason: "The path is \"/hooks\"",
            remedy: "notify.publicURL: \"https://pay.example.id/hooks\"",
            after: { $0.target = "/hooks" }
        ),
        Row(
            fault: "GET",
            code: "4055600",
            row: 1,
            reason: "The method is \"GET\"",
            remedy: "redirect",
            after: { $0.method = "GET" }
        ),
        Row(
            fault: "an address",
            code: "4035601",
            row: 2,
            reason: "The client's address, 203.0.113.7, is not in notify.allowedAddresses",
            remedy: "notify.trustedProxies",
            settings: ["notify.allowedAddresses=['192.0.2.0/24']"],
            after: { $0.add("X-Forwarded-For", "203.0.113.7") }
        ),
        Row(
            fault: "no X-EXTERNAL-ID",
            code: "4005602",
            row: 3,
            reason: "X-EXTERNAL-ID is missing",
            remedy: "X-EXTERNAL-ID once",
            after: { $0.remove("X-EXTERNAL-ID") }
        ),
        Row(
            fault: "an X-EXTERNAL-ID with blanks",
            code: "4005601",
            row: 4,
            reason: "X-EXTERNAL-ID has 9 bytes",
            remedy: "X-EXTERNAL-ID once",
            after: { $0.set("X-EXTERNAL-ID", "two words") }
        ),
        Row(
            fault: "another merchant's id",
            code: "4015600",
            row: 5,
            reason: "X-PARTNER-ID is \"CID2\"",
            remedy: "cashIn.clientId",
            before: { $0.partnerID = "CID2" }
        ),
        Row(
            fault: "another path signed",
            code: "4015600",
            row: 5,
            reason: "it would with one change",
            remedy: "notify.signaturePaths: [",
            before: { $0.signedPath = "/notify" }
        ),
        Row(
            fault: "an old X-TIMESTAMP",
            code: "4015600",
            row: 6,
            reason: "s older than the time of receipt; 300 s are allowed",
            remedy: "NTP",
            settings: ["notify.staleTimestamp=reject"],
            before: { $0.timestamp = JakartaNow.text(offsetSeconds: -600) }
        ),
    ]

    static let bodies: [Row] =
        [
            ("Content-Encoding: UTF-8 and an array", "[\(object)]", "a JSON array around", "UTF-8"),
            ("an array", "[\(object)]", "a JSON array around", nil),
            ("a string of JSON", "\"{}\"", "a JSON string", nil),
            ("a byte order mark", "\u{FEFF}\(object)", "byte order mark", nil),
            ("form data", "data=%7B%22a%22%3A1%7D", "form data", nil),
            ("HTML", "<!DOCTYPE html><p>", "an HTML page", nil),
            ("typographic quotation marks", "{\u{201C}a\u{201D}:1}", "typographic", nil),
            ("nothing", "", "The body is empty", nil),
        ].map { fault, text, reason, coding in
            Row(
                fault: fault,
                code: coding == nil ? "4005600" : "4155600",
                row: 7,
                reason: reason,
                remedy: "one JSON object in UTF-8",
                before: body(text),
                after: { if let coding { $0.add("Content-Encoding", coding) } }
            )
        } + [
            Row(
                fault: "gzip",
                code: "4155600",
                row: 7,
                reason: "gzip, it begins with 1F 8B). Content-Encoding says \"gzip\"",
                remedy: "uncompressed",
                before: { $0.literalBody = [0x1F, 0x8B, 0x08, 0x00, 0x01] },
                after: { $0.add("Content-Encoding", "gzip") }
            ),
            Row(
                fault: "a misspelt member",
                code: "4005602",
                row: 8,
                reason: "originalReferenceNo is missing; \"orginalReferenceNo\" is there instead",
                remedy: "originalReferenceNo under exactly this name",
                before: body(object.replacing("originalReferenceNo", with: "orginalReferenceNo"))
            ),
            Row(
                fault: "an object around it",
                code: "4005602",
                row: 8,
                reason: "originalPartnerReferenceNo is missing at the top: it is inside \"data\"",
                remedy: "without the object around them",
                before: body("{\"data\":\(object)}")
            ),
            Row(
                fault: "a status of one digit",
                code: "4005601",
                row: 9,
                reason: "latestTransactionStatus is \"0\", expected a string of two digits",
                remedy: "two digits",
                before: { $0.body.latestTransactionStatus = "\"0\"" }
            ),
        ]

    private func answer(_ daemon: Daemon) throws -> JSON {
        let id = try #require(try daemon.callbacks().first?["id"].integer)
        return try daemon.get("/v1/callbacks/\(id)/diagnosis").json
    }

    @Test(arguments: requests + bodies)
    func `the response of a refused callback comes first`(row: Row) throws {
        let daemon = try Daemon(in: Workspace(), set: row.settings)
        var request = try Callback().with(row.before).request()
        row.after(&request)
        #expect(try daemon.post(request).code == row.code)
        let diagnosis = try answer(daemon)
        let answer = diagnosis["answer"]
        #expect(
            answer.names == [
                "responseCode", "responseMessage", "row", "reason", "remedy", "replayHelps",
            ]
        )
        #expect(answer["responseCode"].text == row.code)
        #expect(answer["row"].integer == row.row)
        #expect(answer["reason"].text?.contains(row.reason) == true, "\(answer)")
        #expect(answer["remedy"].text?.contains(row.remedy) == true, "\(answer)")
        #expect(answer["replayHelps"].bool == false)
        #expect(diagnosis["summary"].text?.hasPrefix("The response was \(row.code) ") == true)
        // `verdict` is about the signature alone.
        if row.row >= 6 { #expect(diagnosis["verdict"].text == "verifies") }
    }

    @Test func `what the ledger refuses is explained as well`() throws {
        let settings = [
            "notify.externalIdConflict=reject", "notify.unknownTransactions=accept",
        ]
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace, set: settings)
        let first = try Callback()
        #expect(try daemon.post(first).code == "2005600")
        let applied = try answer(daemon)["answer"]
        #expect(applied["responseCode"].text == "2005600")
        #expect(applied["row"].integer == 13)
        #expect(applied["remedy"].text == "Nothing is left to do.")
        #expect(applied["replayHelps"].bool == false)

        let other = try Callback().with { $0.externalID = first.externalID }
        #expect(try daemon.post(other).code == "4095600")
        #expect(try answer(daemon)["answer"]["row"].integer == 10)

        let mismatch = try Callback(first.merchant, first.gateway, status: "04", amount: "9.00")
        #expect(try daemon.post(mismatch).code == "4045613")
        let amount = try answer(daemon)["answer"]
        #expect(amount["row"].integer == 12)
        #expect(amount["reason"].text?.contains("amount is not the expected one") == true)
    }

    @Test func `an unknown transaction is explained as well`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["notify.unknownTransactions=reject"])
        #expect(try daemon.post(Callback()).code == "4045601")
        let found = try answer(daemon)["answer"]
        #expect(found["row"].integer == 11)
        #expect(found["remedy"].text?.contains("notify.unknownTransactions") == true)
    }

    @Test func `it is said when a replay would succeed now`() throws {
        let workspace = try Workspace()
        let daemon = try Daemon(in: workspace)
        var request = try Callback().with { $0.signedPath = "/hooks" }.request()
        request.target = "/hooks"
        #expect(try daemon.post(request).code == "4045600")
        let before = try answer(daemon)
        #expect(before["answer"]["replayHelps"].bool == false)
        #expect(before["verdict"].text == "oneChange")

        let text = Workspace.configuration
            .replacing("/v1.0/debit/notify", with: "/hooks")
        try workspace.write(text, to: "config.json5")
        #expect(try daemon.reload()?.contains("reloaded") == true)
        let after = try answer(daemon)
        #expect(after["answer"]["replayHelps"].bool == true)
        #expect(after["answer"]["remedy"].text?.hasPrefix("Replay the callback") == true)
        #expect(after["summary"].text?.contains("A replay would succeed now.") == true)
        // A diagnosis changes nothing.
        #expect(try daemon.feed().isEmpty)
    }
}
