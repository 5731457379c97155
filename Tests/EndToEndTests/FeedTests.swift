import Foundation
import Support
import Testing

/// The feed, transactions, callbacks and attention as their readers see them.
@Suite(.blocking)
struct FeedTests {
    @Test func `the feed is read in pages, each going on where the last one ended`() throws {
        let daemon = try Daemon(in: Workspace())
        let callbacks = try (0..<5).map { _ in try Callback() }
        for callback in callbacks { #expect(try daemon.post(callback).code == "2005600") }

        let first = try daemon.get("/v1/transitions?limit=2", as: "orders").json
        #expect(first.names == ["feed", "transitions", "next", "more", "head"])
        #expect(first["transitions"].items.map { $0["sequence"].integer } == [1, 2])
        #expect(first["next"].integer == 2)
        #expect(first["more"].bool == true)
        #expect(first["head"].integer == 5)
        let last = try daemon.get("/v1/transitions?limit=3&after=2").json
        #expect(last["transitions"].items.map { $0["sequence"].integer } == [3, 4, 5])
        #expect(last["more"].bool == false)
        let none = try daemon.get("/v1/transitions?after=5").json
        #expect(none["transitions"].items.isEmpty)
        #expect(none["next"].integer == 5)
        #expect(none["more"].bool == false)
        let latest = try daemon.get("/v1/transitions?after=latest").json
        #expect(latest["transitions"].items.isEmpty)
        #expect(latest["next"].integer == 5)
        #expect(
            try daemon.feed().map { $0["partnerReferenceNo"].text } == callbacks.map(\.merchant)
        )
    }

    @Test func `an entry of the feed tells everything about a transition`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let entry = try #require(try daemon.feed().first)
        #expect(
            entry.names == [
                "sequence", "partnerReferenceNo", "referenceNo", "from", "to", "amount", "source",
                "latestTransactionStatus", "externalId", "callbackId", "paidAt", "paidAtText",
                "recordedAt", "operator", "note",
            ]
        )
        #expect(entry["externalId"].text == callback.externalID)
        #expect(entry["amount"].names == ["value", "currency"])
        #expect(entry["paidAt"].text == "2026-11-22T10:00:00.000+07:00")
        #expect(entry["paidAtText"].text == "2026-11-22T10:00:00+07:00")
        let recorded = try #require(entry["recordedAt"].text)
        #expect(recorded.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+07:00/) != nil)
        let id = try #require(entry["callbackId"].integer)
        let kept = try daemon.get("/v1/callbacks/\(id)", as: "auditor").json
        #expect(kept["sequence"].integer == 1)
        #expect(kept["externalId"].text == callback.externalID)
    }

    @Test(arguments: ["0000-00-00 nonsense", "2026-11-22 10:00:00"])
    func `a time of payment that is none is null, beside the gateway's words`(
        text: String
    ) throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        let posted = try daemon.post(callback.with { $0.body.finishedTime = "\"\(text)\"" })
        #expect(posted.code == "2005600")
        let expected = #""paidAt":null,"paidAtText":"\#(text)""#
        let targets = [
            "/v1/transitions", "/v1/transactions/\(callback.merchant)", "/v1/transactions",
        ]
        for target in targets {
            let response = try daemon.get(target)
            #expect(response.text.contains(expected), "\(target): \(response.text)")
        }
    }

    @Test func `a position of another feed or beyond the head is refused`() throws {
        let daemon = try Daemon(in: Workspace())
        #expect(try daemon.post(Callback()).code == "2005600")
        let feed = try #require(try daemon.get("/v1/transitions").json["feed"].text)
        #expect(try daemon.get("/v1/transitions?feed=\(feed)").status == 200)
        let other = try daemon.get("/v1/transitions?feed=other")
        #expect(other.status == 409)
        #expect(other.json["type"].text == "urn:cashin-receiver:problem:feed-changed")
        #expect(other.json["field"].text == "feed")
        #expect(try daemon.get("/v1/transitions?after=1").status == 200)
        let ahead = try daemon.get("/v1/transitions?after=2")
        #expect(ahead.status == 409)
        #expect(ahead.json["type"].text == "urn:cashin-receiver:problem:position-ahead")
        #expect(ahead.json["field"].text == "after")
    }

    @Test func `the feed keeps its id and its numbers over a restart`() throws {
        let workspace = try Workspace()
        let first = try Daemon(in: workspace)
        #expect(try first.post(Callback()).code == "2005600")
        let before = try first.get("/v1/transitions").json
        #expect(try first.stop() == .exited(0))
        let second = try Daemon(in: workspace)
        #expect(try second.get("/v1/transitions").json == before)
        #expect(try second.post(Callback()).code == "2005600")
        #expect(try second.feed().map { $0["sequence"].integer } == [1, 2])
    }

    @Test func `whoever waits for the feed is answered as soon as something is committed`() throws {
        let daemon = try Daemon(in: Workspace())
        let waiting = try Self.waiting(daemon, "/v1/transitions?after=latest&wait=55")
        let started = Date()
        #expect(try daemon.post(Callback()).code == "2005600")
        let answer = try waiting.response().json
        #expect(answer["transitions"].items.map { $0["sequence"].integer } == [1])
        #expect(answer["next"].integer == 1)
        #expect(Date().timeIntervalSince(started) < 20)
    }

    @Test func `a wait that nothing ends is answered empty when its time is up`() throws {
        let daemon = try Daemon(in: Workspace())
        let started = Date()
        let answer = try daemon.get("/v1/transitions?wait=1")
        #expect(answer.status == 200)
        #expect(answer.json["transitions"].items.isEmpty)
        #expect(answer.json["next"].integer == 0)
        #expect(Date().timeIntervalSince(started) >= 1)
    }

    @Test func `what is there already is not waited for`() throws {
        let daemon = try Daemon(in: Workspace())
        #expect(try daemon.post(Callback()).code == "2005600")
        let started = Date()
        #expect(try daemon.get("/v1/transitions?wait=55").json["transitions"].items.count == 1)
        #expect(Date().timeIntervalSince(started) < 20)
    }

    @Test func `waits end at once when the daemon is stopped`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let waits = [
            try Self.waiting(daemon, "/v1/transitions?after=latest&wait=55"),
            try Self.waiting(daemon, "/v1/transactions/\(callback.merchant)?since=1&wait=55"),
            try Self.waiting(daemon, "/v1/transactions/TRX-UNKNOWN?wait=55"),
        ]
        let started = Date()
        #expect(try daemon.stop() == .exited(0))
        #expect(Date().timeIntervalSince(started) < 9)
        #expect(try waits[0].response().json["transitions"].items.isEmpty)
        #expect(try waits[1].response().json["status"].text == "success")
        #expect(try waits[2].response().status == 404)
    }

    /// A connection with a request on it that is being served: the one behind it, on another
    /// connection, has been answered.
    private static func waiting(_ daemon: Daemon, _ target: String) throws -> RawClient {
        let client = try daemon.open(target)
        #expect(try daemon.get("/v1/transitions").status == 200)
        return client
    }

    @Test func `a transaction shows its state and its transitions`() throws {
        let daemon = try Daemon(in: Workspace())
        let pending = try Callback(status: "03", amount: "10000")
        #expect(try daemon.post(pending).code == "2005600")
        let before = try daemon.get("/v1/transactions/\(pending.merchant)", as: "orders").json
        #expect(before["status"].text == "pending")
        #expect(before["final"].bool == false)
        #expect(before["paidAmount"] == .null)

        let paid = pending.renamed().with { $0.body.latestTransactionStatus = "\"00\"" }
        #expect(try daemon.post(paid).code == "2005600")
        let after = try daemon.get("/v1/transactions/\(pending.merchant)", as: "orders").json
        #expect(after["partnerReferenceNo"].text == pending.merchant)
        #expect(after["referenceNo"].text == pending.gateway)
        #expect(after["status"].text == "success")
        #expect(after["latestTransactionStatus"].text == "00")
        #expect(after["final"].bool == true)
        #expect(after["lastSequence"].integer == 2)
        #expect(after["amount"]["value"].text == "10000.00")
        #expect(after["paidAmount"]["value"].text == "10000.00")
        #expect(after["origin"].text == "notify")
        #expect(after["checks"]["callbacks"].integer == 2)
        #expect(after["attention"].items.isEmpty)
        #expect(try after["transitions"].items == daemon.feed())
    }

    @Test func `a transaction that is waited for is answered when it changes`() throws {
        let daemon = try Daemon(in: Workspace())
        let pending = try Callback(status: "03")
        let path = "/v1/transactions/\(pending.merchant)"
        let unknown = try Self.waiting(daemon, "\(path)?wait=55")
        #expect(try daemon.post(pending).code == "2005600")
        #expect(try unknown.response().json["status"].text == "pending")
        // Without a newer state there is something to wait for; with an older one there is not.
        #expect(try daemon.get("\(path)?since=0&wait=55").json["lastSequence"].integer == 1)
        let known = try Self.waiting(daemon, "\(path)?since=1&wait=55")
        #expect(try daemon.post(Callback()).code == "2005600")
        let paid = pending.renamed().with { $0.body.latestTransactionStatus = "\"00\"" }
        #expect(try daemon.post(paid).code == "2005600")
        let answer = try known.response().json
        #expect(answer["status"].text == "success")
        #expect(answer["lastSequence"].integer == 3)
    }

    @Test func `callbacks are found by every filter and in pages`() throws {
        let daemon = try Daemon(in: Workspace())
        let first = try Callback(status: "02")
        let second = first.renamed().with { $0.body.latestTransactionStatus = "\"00\"" }
        let other = try Callback()
        let invalid = try Callback().with { $0.body.amount = nil }
        let refused = try Callback().with { $0.signedPath = "/other" }
        for callback in [first, second, other, invalid, refused] { _ = try daemon.post(callback) }
        let day = JakartaNow.text().prefix(10)
        let rows: [(String, [Callback])] = [
            ("", [refused, invalid, other, second, first]),
            ("reference=\(first.merchant)", [second, first]),
            ("reference=\(first.gateway)", [second, first]), ("reference=TRX-NONE", []),
            ("externalId=\(other.externalID)", [other]),
            ("outcome=applied", [other, second, first]),
            ("outcome=invalid", [invalid]), ("outcome=refused", [refused]), ("outcome=stale", []),
            ("outcome=applied&reference=\(other.merchant)", [other]), ("to=2020-01-01", []),
            ("from=\(day)", [refused, invalid, other, second, first]), ("from=2099-01-01", []),
            (
                "from=\(day)T00:00:00%2B07:00&to=2099-01-01T00:00:00Z&outcome=applied",
                [other, second, first]
            ),
        ]
        for (query, expected) in rows {
            let found = try daemon.callbacks(query).map { $0["externalId"].text }
            #expect(found == expected.map(\.externalID), "\(query)")
        }
        var pages: [JSON] = []
        var query = "limit=2"
        for isLast in [false, false, true] {
            let page = try daemon.get("/v1/callbacks?\(query)").json
            #expect(page.names == ["callbacks", "next", "more"])
            #expect(page["more"].bool == !isLast)
            pages += page["callbacks"].items
            query = "limit=2&after=\(page["next"].integer ?? 0)"
        }
        #expect(try pages == daemon.callbacks())
    }

    @Test func `a callback is shown as it came, byte for byte`() throws {
        let daemon = try Daemon(in: Workspace())
        var request = try Callback().request()
        request.target += "?a=b"
        request.add("X-Odd", "  inner  blanks  ")
        #expect(try daemon.post(request).code == "2005600")
        let kept = try #require(try daemon.callbacks().first)
        #expect(kept["requestLine"].text == "POST /v1.0/debit/notify?a=b HTTP/1.1")
        #expect(kept["body"].text == String(decoding: request.body, as: UTF8.self))
        let headers = kept["headers"].items.map {
            "\($0["name"].text ?? ""): \($0["value"].text ?? "")"
        }
        #expect(headers.contains("X-SIGNATURE: \(request.value("X-SIGNATURE"))"))
        #expect(headers.contains { $0.hasPrefix("X-Odd: inner  blanks") })
        #expect(kept["client"].text == "127.0.0.1")
        #expect(kept["responseCode"].text == "2005600")

        let bytes: [UInt8] = [0x7B, 0xFF, 0x00, 0x7D]
        let binary = try Callback().with { $0.literalBody = bytes }
        #expect(try daemon.post(binary).code == "4005600")
        let odd = try #require(try daemon.callbacks("outcome=invalid").first)
        #expect(odd["body"] == .null)
        #expect(odd["bodyBase64"].text == Data(bytes).base64EncodedString())
    }

    @Test func `attention is found by state and kind, and repeated trouble is counted`() throws {
        let daemon = try Daemon(in: Workspace())
        let paid = try Callback()
        #expect(try daemon.post(paid).code == "2005600")
        for status in ["05", "06"] {
            let next = paid.renamed().with { $0.body.latestTransactionStatus = "\"\(status)\"" }
            #expect(try daemon.post(next).code == "2005600")
        }
        let invalid = try Callback().with { $0.body.amount = nil }
        #expect(try daemon.post(invalid).code == "4005602")

        let all = try daemon.attention()
        #expect(all.map { $0["kind"].text } == ["invalid-callback", "contradicts-success"])
        #expect(all[0]["partnerReferenceNo"].text == invalid.merchant)
        #expect(all[1]["partnerReferenceNo"].text == paid.merchant)
        #expect(all[1]["count"].integer == 2)
        #expect(all[1]["resolvedAt"] == .null)
        #expect(try daemon.attention("kind=contradicts-success") == [all[1]])
        #expect(try daemon.attention("state=open") == all)
        #expect(try daemon.attention("state=all") == all)
        #expect(try daemon.attention("state=resolved").isEmpty)
        let page = try daemon.get("/v1/attention?limit=1", as: "orders").json
        #expect(page["attention"].items == [all[0]])
        #expect(page["more"].bool == true)
        #expect(try daemon.attention("after=\(page["next"].integer ?? 0)") == [all[1]])
        let transaction = try daemon.get("/v1/transactions/\(paid.merchant)").json
        #expect(transaction["attention"].items.map(\.text) == ["contradicts-success"])
    }
}
