import Support
import Testing

/// Rows 6 and 10 to 13 of the checks table, under the settings that bear on them.
@Suite(.blocking)
struct JudgementTests {
    private static let tooOld = -400
    private static let tooNew = 400

    @Test(arguments: [tooOld, tooNew])
    func `a time out of tolerance is kept and not applied`(offset: Int) throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback().with { $0.timestamp = JakartaNow.text(offsetSeconds: offset) }
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.feed().isEmpty)
        #expect(try daemon.callbacks().map { $0["outcome"].text } == ["stale"])
        #expect(try daemon.attention().map { $0["kind"].text } == ["stale-callback"])
    }

    @Test func `under reject a time out of tolerance is refused and kept`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["notify.staleTimestamp=reject"])
        let callback = try Callback().with {
            $0.timestamp = JakartaNow.text(offsetSeconds: Self.tooOld)
        }
        let response = try daemon.post(callback)
        #expect(response.status == 401)
        #expect(response.code == "4015600")
        #expect(try daemon.feed().isEmpty)
        #expect(try daemon.callbacks().map { $0["outcome"].text } == ["stale"])
        #expect(try daemon.attention().map { $0["kind"].text } == ["stale-callback"])
    }

    @Test func `a time within tolerance, in any zone and with a fraction, is accepted`() throws {
        let daemon = try Daemon(in: Workspace())
        // 17 hours before Jakarta's clock, in the zone that is 10 hours behind Greenwich.
        let elsewhere = JakartaNow.text(offsetSeconds: -17 * 3600 - 200).dropLast(6) + "-10:00"
        let fraction = JakartaNow.text(offsetSeconds: 200).dropLast(6) + ".123456+07:00"
        for timestamp in [elsewhere, fraction] {
            let callback = try Callback().with { $0.timestamp = String(timestamp) }
            #expect(try daemon.post(callback).code == "2005600", "\(timestamp)")
        }
        #expect(try daemon.feed().count == 2)
    }

    @Test func `a fact that already stands is never too old`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["notify.staleTimestamp=reject"])
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let late = callback.renamed().with {
            $0.timestamp = JakartaNow.text(offsetSeconds: Self.tooOld)
        }
        #expect(try daemon.post(late).code == "2005600")
        #expect(try daemon.feed().count == 1)
        #expect(try daemon.attention().isEmpty)
    }

    @Test func `without a tolerance every time is accepted`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["notify.timestampToleranceSeconds=0"])
        let callback = try Callback().with { $0.timestamp = "2001-01-01T00:00:00Z" }
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.feed().count == 1)
    }

    @Test func `a stale time is told before a bad body`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["notify.staleTimestamp=reject"])
        let callback = try Callback().with {
            $0.timestamp = JakartaNow.text(offsetSeconds: Self.tooOld)
            $0.literalBody = Array("{".utf8)
        }
        #expect(try daemon.post(callback).code == "4015600")
        let kept = try daemon.callbacks()
        #expect(kept.map { $0["outcome"].text } == ["stale"])
        #expect(kept.first?["responseCode"].text == "4015600")
        let kinds = try daemon.attention().map { $0["kind"].text ?? "" }.sorted()
        #expect(kinds == ["invalid-callback", "stale-callback"])
    }

    @Test func `unknown transactions are refused and kept when so configured`() throws {
        let workspace = try Workspace()
        let first = try Daemon(in: workspace)
        let known = try Callback(status: "02")
        #expect(try first.post(known).code == "2005600")
        #expect(try first.stop() == .exited(0))

        let second = try Daemon(
            in: workspace,
            set: [
                "notify.unknownTransactions=reject", "notify.externalIdConflict=reject",
            ]
        )
        let unknown = try Callback()
        let response = try second.post(unknown)
        #expect(response.status == 404)
        #expect(response.code == "4045601")
        #expect(response.message == "Transaction Not Found")
        #expect(try second.callbacks("externalId=\(unknown.externalID)").count == 1)
        #expect(try second.attention().map { $0["kind"].text } == ["unknown-transaction"])
        // The one that is known goes on.
        let next = known.renamed().with { $0.body.latestTransactionStatus = "\"00\"" }
        #expect(try second.post(next).code == "2005600")
        #expect(try second.feed().map { $0["to"].text } == ["pending", "success"])
        // Row 10 comes before row 11.
        let conflicting = try Callback().with { $0.externalID = known.externalID }
        #expect(try second.post(conflicting).code == "4095600")
    }

    @Test func `another amount is refused, kept and not applied`() throws {
        let daemon = try Daemon(in: Workspace())
        let first = try Callback(status: "02", amount: "10000.00")
        #expect(try daemon.post(first).code == "2005600")
        let other = try Callback(first.merchant, first.gateway, amount: "10000.01")
        let response = try daemon.post(other)
        #expect(response.status == 404)
        #expect(response.code == "4045613")
        #expect(response.message == "Invalid Amount")
        #expect(try daemon.feed().count == 1)
        let kept = try daemon.callbacks("externalId=\(other.externalID)")
        #expect(kept.first?["outcome"].text == "mismatch")
        #expect(try daemon.attention().map { $0["kind"].text } == ["amount-mismatch"])
    }

    @Test func `under flag another amount is accepted with attention`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["notify.amountMismatch=flag"])
        let first = try Callback(status: "02", amount: "10000.00")
        #expect(try daemon.post(first).code == "2005600")
        let other = try Callback(first.merchant, first.gateway, amount: "9999")
        #expect(try daemon.post(other).code == "2005600")
        #expect(try daemon.feed().map { $0["to"].text } == ["pending", "success"])
        #expect(try daemon.attention().map { $0["kind"].text } == ["amount-mismatch"])
    }

    @Test func `a second success of another amount may be a second payment`() throws {
        let daemon = try Daemon(in: Workspace())
        let first = try Callback(amount: "10000.00")
        #expect(try daemon.post(first).code == "2005600")
        let other = try Callback(first.merchant, first.gateway, amount: "20000.00")
        // 00 on a success goes by the status table alone.
        #expect(try daemon.post(other).code == "2005600")
        #expect(try daemon.attention().map { $0["kind"].text } == ["possible-second-payment"])
        let paid = try daemon.get("/v1/transactions/\(first.merchant)").json["paidAmount"]
        #expect(paid["value"].text == "10000.00")
        #expect(try daemon.feed().count == 1)
    }

    @Test(arguments: ["unproven", "always"], ["00", "02", "05"])
    func `nothing unproven is applied when it has to be confirmed`(
        setting: String,
        status: String
    ) throws {
        let daemon = try Daemon(
            in: Workspace(confirms: setting),
            set: ["reconcile.enabled=false"]
        )
        let callback = try Callback(status: status)
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.feed().isEmpty)
        #expect(try daemon.get("/v1/transactions/\(callback.merchant)").status == 404)
        let kept = try daemon.callbacks("reference=\(callback.merchant)")
        #expect(kept.map { $0["outcome"].text } == ["awaitingQuery"])
        // No query can be asked, so somebody has to look.
        #expect(try daemon.attention().map { $0["kind"].text } == ["unconfirmed-callback"])
    }

    @Test(arguments: [("auto", true), ("cash-in", true), ("snap", false)])
    func `the references have the configured roles`(setting: String, isCashIn: Bool) throws {
        let daemon = try Daemon(in: Workspace(), set: ["notify.referenceRoles=\(setting)"])
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let merchant = isCashIn ? callback.merchant : callback.gateway
        let gateway = isCashIn ? callback.gateway : callback.merchant
        let transaction = try daemon.get("/v1/transactions/\(merchant)")
        #expect(transaction.status == 200)
        #expect(transaction.json["referenceNo"].text == gateway)
        #expect(transaction.json["rolesAssumed"].bool == (setting == "auto"))
        #expect(try daemon.get("/v1/transactions/\(gateway)").status == 404)
    }

    @Test func `references that contradict what is known change nothing`() throws {
        let daemon = try Daemon(in: Workspace())
        let first = try Callback(status: "02")
        #expect(try daemon.post(first).code == "2005600")
        let other = try Callback(first.merchant, Unique.text("PAY"))
        #expect(try daemon.post(other).code == "2005600")
        #expect(try daemon.feed().count == 1)
        #expect(
            try daemon.callbacks("externalId=\(other.externalID)").first?["outcome"].text
                == "awaitingQuery"
        )
        #expect(try daemon.attention().map { $0["kind"].text } == ["reference-mismatch"])
    }

    @Test func `both paths, the whole URL and the minified body are accepted as signed`() throws {
        let daemon = try Daemon(
            in: Workspace(),
            set: ["notify.publicURL=https://pay.example.id/pay/cash-in"]
        )
        let blanks = Array("{ \"a b\" :\t1,\r\n".utf8)
        let paths = ["https://pay.example.id/pay/cash-in", "/pay/cash-in"]
        for target in ["/pay/cash-in", "/v1.0/debit/notify"] {
            for path in paths {
                var callback = try Callback().with { $0.signedPath = path }
                callback.literalBody = blanks + callback.body.bytes.dropFirst()
                callback.signedBody = Array("{\"a b\":1,".utf8) + callback.body.bytes.dropFirst()
                var request = try callback.request()
                request.target = target
                #expect(try daemon.post(request).code == "2005600", "\(target), \(path)")
                let kept = try daemon.callbacks("reference=\(callback.merchant)")
                #expect(kept.first?["match"]["path"].text == path)
                #expect(kept.first?["match"]["body"].text == "minified")
            }
        }
    }

    @Test func `unknown members, aliases and unreadable times are accepted`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback().with {
            $0.body.finishedTime = "1795330800000"
            $0.body.createdTime = "\"last Tuesday\""
            $0.body.others = [
                #""orgiginalExternalId":31758165311269888980939441231201999999"#,
                #""latestTransactionStatusDec":"Success""#, #""extra":{"a":[1,null]}"#,
            ]
        }
        #expect(try daemon.post(callback).code == "2005600")
        #expect(try daemon.feed().count == 1)
    }

    @Test func `addresses outside the allowed ones are refused before their headers`() throws {
        let daemon = try Daemon(
            in: Workspace(),
            set: ["notify.allowedAddresses=[\"203.0.113.0/24\"]"]
        )
        var request = try Callback().request()
        request.remove("X-PARTNER-ID")
        let response = try daemon.post(request)
        #expect(response.status == 403)
        #expect(response.code == "4035601")
        #expect(response.message == "Feature Not Allowed")
        #expect(response["X-EXTERNAL-ID"] == request.value("X-EXTERNAL-ID"))

        // We are a trusted proxy, so what we say of our client counts.
        let forwarded: [(String, String)] = [
            ("203.0.113.7", "2005600"), ("203.0.114.7", "4035601"),
            ("::ffff:203.0.113.8", "2005600"),
            ("198.51.100.1, 203.0.113.9", "2005600"), ("203.0.113.9, 198.51.100.1", "4035601"),
            ("203.0.113.9, 127.0.0.5", "2005600"), ("203.0.113.9, nonsense", "4035601"),
            ("", "4035601"), (",", "4035601"), ("203.0.113.9, ,", "2005600"),
            ("203.0.113.9:4711", "2005600"), ("203.0.114.9:4711", "4035601"),
            ("203.0.113.9, [::1]:4711,", "2005600"), ("203.0.113.9:4711:1", "4035601"),
        ]
        for (value, code) in forwarded {
            var request = try Callback().request()
            request.add("X-Forwarded-For", value)
            #expect(try daemon.post(request).code == code, "\(value)")
        }
        // What cannot be read is told to the operator, as text.
        #expect(daemon.logs { $0.value(of: "forwardedFor") == "nonsense" })
        #expect(daemon.logs { $0.value(of: "forwardedFor") == "203.0.113.9:4711:1" })
        #expect(daemon.log.filter { $0.contains("forwardedFor=") }.count == 2)
    }

    @Test func `too many at once are turned away to come again`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["limits.requestsInFlight=1"])
        // Which of them meet cannot be told, that some of so many do is sure.
        for _ in 0..<20 {
            let requests = try (0..<16).map { _ in try Callback().request() }
            let clients = try requests.map { request in
                let client = try daemon.connect()
                try client.send(Array(request.bytes.dropLast()))
                return client
            }
            for (client, request) in zip(clients, requests) {
                try client.send(Array(request.bytes.suffix(1)))
            }
            let responses = try clients.map { try $0.response() }
            #expect(Set(responses.map(\.status)).isSubset(of: [200, 503]))
            guard let busy = responses.firstIndex(where: { $0.status == 503 }) else { continue }
            #expect(responses[busy].code == "5035600")
            #expect(responses[busy].message == "Service Unavailable")
            #expect(responses[busy]["Retry-After"].flatMap { Int($0) } ?? 0 > 0)
            #expect(responses[busy]["X-EXTERNAL-ID"] == requests[busy].value("X-EXTERNAL-ID"))
            #expect(try daemon.post(requests[busy]).code == "2005600")
            return
        }
        Issue.record("nobody was turned away")
    }
}
