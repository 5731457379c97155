import Crypto
import Support
import Testing

/// `GET /v1/find` and the command `find`: "I paid 25,000 at 14:05".
@Suite(.blocking)
struct FindTests {
    private static func results(_ daemon: Daemon, _ query: String) throws -> [JSON] {
        let answer = try daemon.get("/v1/find?\(query)", as: "auditor")
        #expect(answer.status == 200, "\(query): \(answer.text)")
        return answer.json["results"].items
    }

    @Test func `the refused callback comes first, with its reason, then the open payment`() throws {
        let pair = try Pair()
        #expect(try pair.daemon.generate("TRX-1", amount: "25000.00").status == 201)
        #expect(try pair.daemon.generate("TRX-2", amount: "26000.00").status == 201)
        let key = try RSAPrivateKey.generate()
        for _ in 0..<3 {
            let callback = try Callback("TRX-1", "PAY-1", amount: "25000.00", key: key)
            #expect(try pair.daemon.post(callback).code == "4015600")
        }
        let found = try Self.results(pair.daemon, "amount=25000")
        #expect(found.map { $0["kind"].text } == ["callback", "payment"])
        let sentence = found.first?["sentence"].text ?? ""
        #expect(sentence.contains(" and was refused: signature of another key. 2 more since "))
        #expect(found.first?["count"].integer == 3)
        #expect(found.first?["amount"]["value"].text == "25000.00")
        #expect(found.first?["action"].text?.contains("cashIn.publicKeyFiles") == true)
        #expect(found.last?["partnerReferenceNo"].text == "TRX-1")
        #expect(found.last?["sentence"].text?.contains(" and not paid: ") == true)

        let shown = try ChildProcess.run(
            Daemon.program,
            [
                "find", "--amount", "25000", "--url", "http://\(pair.daemon.internalEndpoint)",
                "--token-file", "\(pair.workspace.directory)auditor.token",
            ]
        )
        #expect(shown.end == .exited(0), "\(shown.errors)")
        #expect(shown.output.contains("  \(sentence)"), "\(shown.output)")
        #expect(shown.output.contains("payment TRX-1 25000.00 IDR"), "\(shown.output)")
    }

    @Test func `the sentence about the merchant's own key names no file of the server`() throws {
        let pair = try Pair()
        let callback = try Callback("TRX-1", "PAY-1", key: pair.workspace.keys.other)
        #expect(try pair.daemon.post(callback).code == "4015600")
        let sentence = try Self.results(pair.daemon, "amount=10000").first?["sentence"].text ?? ""
        #expect(
            sentence.hasSuffix(
                " was refused: its signature does not verify: the signature is made with the "
                    + "merchant's own key."
            ),
            "\(sentence)"
        )
    }

    @Test func `a text is found as a reference, and in bodies of every kind of callback`() throws {
        let daemon = try Daemon(in: Workspace())
        let applied = try Callback().with {
            $0.body.others.append("\"additionalInfo\":{\"rrn\":\"rrn-applied-1\"}")
        }
        let unreadable = try Callback().with {
            $0.body.latestTransactionStatus = "\"99\""
            $0.body.others.append("\"additionalInfo\":{\"rrn\":\"rrn-unreadable-1\"}")
        }
        let refused = try Callback(key: TestKeys.shared().other).with {
            $0.body.others.append("\"additionalInfo\":{\"rrn\":\"rrn-refused-1\"}")
        }
        for callback in [applied, unreadable, refused] { _ = try daemon.post(callback) }
        for text in [applied.merchant, applied.gateway, "rrn-applied-1"] {
            let found = try Self.results(daemon, "text=\(text)")
            #expect(found.map { $0["kind"].text } == ["payment"], "\(text)")
            #expect(found.first?["partnerReferenceNo"].text == applied.merchant)
            #expect(found.first?["sentence"].text?.hasPrefix("Paid at ") == true)
        }
        for (callback, text) in [(unreadable, "rrn-unreadable-1"), (refused, "rrn-refused-1")] {
            let found = try Self.results(daemon, "text=\(text)")
            #expect(found.map { $0["kind"].text } == ["callback"], "\(text)")
            let sentence = found.first?["sentence"].text ?? ""
            #expect(sentence.contains(" was refused: "), "\(sentence)")
            let byReference = try Self.results(daemon, "text=\(callback.merchant)")
            #expect(byReference == found, "\(text)")
        }
    }

    @Test func `what is not there was never generated`() throws {
        let daemon = try Daemon(in: Workspace())
        #expect(try daemon.post(Callback(amount: "10000.00")).code == "2005600")
        let none = try daemon.get("/v1/find?text=TRX-NONE", as: "auditor").json
        #expect(none["results"].items.isEmpty)
        #expect(none["summary"].text?.hasPrefix("TRX-NONE was never generated here: ") == true)
        #expect(none["more"].bool == false)
        #expect(try Self.results(daemon, "amount=10000").count == 1)
        for query in ["amount=10001", "amount=10000&at=2020-01-01", "at=2020-01-01"] {
            #expect(try Self.results(daemon, query).isEmpty, "\(query)")
        }
    }

    @Test(arguments: [
        ("amount=25.000", "amount"), ("at=yesterday", "at"), ("at=24:00", "at"), ("at=1:5", "at"),
        ("withinSeconds=0", "withinSeconds"), ("withinSeconds=86401", "withinSeconds"),
        ("text=ab", "text"), ("limit=101", "limit"),
    ])
    func `a parameter that cannot be read is named`(query: String, field: String) throws {
        let daemon = try Daemon(in: Workspace())
        let answer = try daemon.get("/v1/find?\(query)", as: "auditor")
        check(answer, 400, "invalid-parameter", field: field, "\(query)")
    }

    @Test(arguments: ["at=00:00", "at=23:59:59", "at=2026-11-22", "at=2026-11-22T14:05:00%2B07:00"])
    func `a time is a day, a moment or a time of the day`(query: String) throws {
        let daemon = try Daemon(in: Workspace())
        _ = try Self.results(daemon, query)
    }
}
