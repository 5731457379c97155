import Foundation
import Support
import Testing

/// The gateway asked by the receiver itself, when a callback does not come or cannot decide.
@Suite(.blocking)
struct ReconcileTests {
    /// A schedule for tests: everything is due within seconds.
    private static let quick = [
        "reconcile.graceSeconds=0", "reconcile.whileOpenSeconds=[1]",
        "reconcile.scheduleSeconds=[0,1,2,3,5,8,12,20]",
    ]

    @Test func `a gateway that drops every callback is asked, and every payment ends right`() throws
    {
        let pair = try Pair(set: Self.quick)
        let references = (1...12).map { "TRX-\($0)" }
        for reference in references {
            #expect(
                try pair.daemon.generate(reference, ",\"validitySeconds\":2").status == 201
            )
        }
        // Some are paid, some cancelled, the others run out.
        for (index, reference) in references.enumerated() where index % 3 < 2 {
            if index % 3 == 0 {
                try pair.gateway.pay(reference, faults: ["drop"])
            } else {
                try pair.gateway.cancel(reference, faults: ["drop"])
            }
        }
        for (index, reference) in references.enumerated() {
            let expected = index % 3 == 0 ? "success" : "cancelled"
            let transaction = try pair.daemon.transaction(reference, until: expected)
            #expect(transaction["status"].text == expected, "\(reference)")
            #expect(transaction["final"].bool == true)
            #expect(transaction["checks"]["callbacks"].integer == 0)
        }
        let ends = try pair.daemon.feed().filter { $0["to"].text != "pending" }
        #expect(ends.count == references.count)
        #expect(ends.allSatisfy { $0["source"].text == "query" && $0["callbackId"] == .null })
        #expect(try pair.daemon.attention().isEmpty)
    }

    @Test func `another merchant's callback, re-posted as ours, never reaches the feed`() throws {
        let pair = try Pair(set: ["reconcile.scheduleSeconds=[0,1]"])
        // The gateway signed it; the payment is unknown to it under our merchantId.
        let foreign = try Callback()
        #expect(try pair.daemon.post(foreign).code == "2005600")
        let kept = try #require(pair.daemon.callbacks().first)
        #expect(kept["outcome"].text == "awaitingQuery")
        // The schedule ends without an answer: somebody has to look.
        let entry = try pair.daemon.attentionEntry("unconfirmed-callback")
        #expect(entry["callbackId"].integer == kept["id"].integer)
        #expect(try pair.daemon.feed().isEmpty)
        #expect(try pair.daemon.get("/v1/transactions/\(foreign.merchant)").status == 404)
        #expect(try pair.daemon.get("/v1/transactions/\(foreign.gateway)").status == 404)
        // Both of its references were asked about, each time.
        #expect(pair.gateway.requestCount("query") == 4)
    }

    @Test(arguments: ["cash-in", "snap"])
    func `a callback for a payment made elsewhere is applied once a query confirms it`(
        references: String
    ) throws {
        let pair = try Pair()
        try pair.gateway.pay(
            "ELSEWHERE-1",
            faults: ["references=\(references)"],
            amount: "5000.00"
        )
        let transaction = try pair.daemon.transaction("ELSEWHERE-1", until: "success")
        #expect(transaction["status"].text == "success")
        #expect(transaction["origin"].text == "notify")
        #expect(transaction["rolesAssumed"].bool == false)
        let feed = try pair.daemon.feed()
        let kept = try #require(pair.daemon.callbacks().first)
        #expect(feed.count == 1)
        #expect(feed[0]["from"] == .null)
        #expect(feed[0]["source"].text == "query")
        #expect(feed[0]["callbackId"].integer == kept["id"].integer)
        #expect(kept["outcome"].text == "applied")
        #expect(kept["sequence"].integer == 1)
        #expect(try pair.daemon.attention().isEmpty)
    }

    @Test
    func `a cancelled payment that is paid late becomes a success when the query confirms it`()
        throws
    {
        let pair = try Pair()
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        try pair.gateway.pay("TRX-1", faults: ["cancel-first"])
        let transaction = try pair.daemon.transaction("TRX-1", until: "success")
        #expect(transaction["status"].text == "success")
        let feed = try pair.daemon.feed()
        #expect(feed.map { $0["to"].text } == ["pending", "cancelled", "success"])
        #expect(feed.last?["source"].text == "query")
        #expect(feed.last?["callbackId"].integer != nil)
        // What a query has resolved closes itself.
        #expect(try pair.daemon.attention().isEmpty)
        let closed = try pair.daemon.attention("state=resolved")
        #expect(closed.map { $0["kind"].text } == ["late-success"])
        #expect(closed.first?["resolvedBy"].text == "query")
    }

    @Test func `under always even a success of our own waits for the gateway's word`() throws {
        let pair = try Pair(set: ["notify.confirmWithQuery=always"])
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        try pair.gateway.pay("TRX-1")
        let transaction = try pair.daemon.transaction("TRX-1", until: "success")
        #expect(transaction["status"].text == "success")
        let last = try #require(pair.daemon.feed().last)
        #expect(last["source"].text == "query")
        #expect(last["callbackId"].integer == 1)
        #expect(try pair.daemon.callbacks().first?["outcome"].text == "applied")
        #expect(try pair.daemon.attention().isEmpty)
    }

    @Test func `money that comes after the cancellation is found by asking again`() throws {
        let pair = try Pair(set: ["reconcile.recheckCancelledSeconds=[1,2]"])
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        try pair.gateway.cancel("TRX-1")
        #expect(
            try pair.daemon.transaction("TRX-1", until: "cancelled")["status"].text == "cancelled"
        )
        try pair.gateway.pay("TRX-1", faults: ["drop"])
        #expect(try pair.daemon.transaction("TRX-1", until: "success")["status"].text == "success")
        #expect(
            try pair.daemon.feed().map { $0["source"].text } == ["generate", "notify", "query"]
        )
        #expect(try pair.daemon.transaction("TRX-1")["checks"]["nextQueryAt"] == .null)
    }

    @Test func `a stale callback is decided by the query`() throws {
        let pair = try Pair(set: ["notify.staleTimestamp=reject"])
        let generated = try pair.daemon.generate("TRX-1").json
        let gateway = try #require(generated["referenceNo"].text)
        try pair.gateway.pay("TRX-1", faults: ["drop"])
        let stale = try Callback("TRX-1", gateway).with {
            $0.timestamp = JakartaNow.text(offsetSeconds: -1_000)
        }
        #expect(try pair.daemon.post(stale).code == "4015600")
        #expect(try pair.daemon.transaction("TRX-1", until: "success")["status"].text == "success")
        // Once the query has resolved it, its retry is welcome.
        #expect(try pair.daemon.post(stale).code == "2005600")
        #expect(try pair.daemon.attention().isEmpty)
    }

    @Test func `an id used for another fact is resolved by the query`() throws {
        let pair = try Pair()
        let first = try pair.daemon.generate("TRX-1").json["referenceNo"].text
        let second = try pair.daemon.generate("TRX-2").json["referenceNo"].text
        for reference in ["TRX-1", "TRX-2"] { try pair.gateway.pay(reference, faults: ["drop"]) }
        let one = try Callback("TRX-1", try #require(first))
        let two = try Callback("TRX-2", try #require(second)).with {
            $0.externalID = one.externalID
        }
        #expect(try pair.daemon.post(one).code == "2005600")
        #expect(try pair.daemon.post(two).code == "4095600")
        #expect(try pair.daemon.transaction("TRX-2", until: "success")["status"].text == "success")
        #expect(try pair.daemon.post(two).code == "2005600")
        #expect(try pair.daemon.attention().isEmpty)
    }

    @Test func `killed between intent and answer, it finds out what became of the payment`() throws
    {
        let pair = try Pair(
            set: Self.quick,
            options: ["--fault", "generate-delay=2000", "--retry-seconds", "none"]
        )
        let daemon = pair.daemon
        let started = Date()
        Thread.detachNewThread { _ = try? daemon.generate("TRX-1") }
        // The gateway has it; the answer is under way for two seconds.
        #expect(
            pair.gateway.process.errors.first { $0.value(of: "service") == "generate" } != nil
        )
        try daemon.kill()
        #expect(Date().timeIntervalSince(started) < 2, "killed too late to show anything")
        let again = try pair.restarted()
        let transaction = try again.transaction("TRX-1", until: "pending")
        #expect(transaction["status"].text == "pending")
        #expect(transaction["qrContent"] == .null)
        #expect(try again.generate("TRX-1").json["type"].text?.hasSuffix("qr-lost") == true)
        try pair.gateway.pay("TRX-1", waits: false)
        #expect(try again.transaction("TRX-1", until: "success")["status"].text == "success")
        #expect(pair.gateway.requestCount("generate") == 1)
    }

    @Test func `killed at any moment of a generate, it and the gateway agree in the end`() throws {
        let pair = try Pair(
            set: Self.quick,
            options: ["--fault", "generate-delay=40", "--retry-seconds", "none"]
        )
        var random = SeededGenerator(seed: 7)
        var daemon = pair.daemon
        for round in 1...8 {
            let reference = "TRX-\(round)"
            let victim = daemon
            Thread.detachNewThread { _ = try? victim.generate(reference) }
            usleep(UInt32.random(in: 0...80_000, using: &random))
            try victim.kill()
            daemon = try pair.restarted()
            let isKnown = try pair.gateway.payments()
                .contains { $0["partnerReferenceNo"].text == reference }
            if isKnown {
                let transaction = try daemon.transaction(reference, until: "pending")
                #expect(transaction["status"].text == "pending", "\(reference)")
            }
            // Whatever was lost, the same request again is safe: it never makes a second payment.
            let again = try daemon.generate(reference)
            #expect([200, 201, 409].contains(again.status), "\(again.text)")
        }
        let known = try pair.gateway.payments().compactMap { $0["partnerReferenceNo"].text }
        #expect(Set(known).count == known.count)
        #expect(Set(known) == Set((1...8).map { "TRX-\($0)" }))
        #expect(pair.gateway.requestCount("generate") == known.count)
    }

    @Test func `questions survive a restart, and a gateway that is down is no storm`() throws {
        let pair = try Pair(set: ["notify.timestampToleranceSeconds=0"])
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        try pair.gateway.pay("TRX-1", faults: ["drop"])
        try pair.daemon.kill()
        // Restarted towards a port where nobody listens, with a callback that only a query decides.
        let down = try pair.restarted(set: ["cashIn.baseURL=http://127.0.0.1:1/pg/fo"])
        for _ in 0..<20 { #expect(try down.post(try Callback()).code == "2005600") }
        let warning = down.process.errors.first { $0.contains("does not answer queries") }
        #expect(warning != nil)
        #expect(try down.post("/admin/reconcile", "").status == 202)
        #expect(down.log.count { $0.contains("does not answer queries") } <= 2)
        #expect(down.log.count { $0.contains("message=query") } == 0)
        #expect(try down.stop() == .exited(0))
        // Back again, everything is asked.
        let up = try pair.restarted()
        let due = try up.post("/admin/reconcile", "")
        #expect(due.status == 202)
        #expect(due.json["count"].integer != nil)
        try pair.gateway.pay("TRX-1", waits: false)
        #expect(try up.transaction("TRX-1", until: "success")["status"].text == "success")
    }

    @Test func `credentials that are refused pause the queries with one entry`() throws {
        let pair = try Pair(set: ["cashIn.clientId=CID-OTHER"] + Self.quick)
        // The gateway knows us by another id: every request of ours is refused.
        let callback = try Callback().with { $0.partnerID = "CID-OTHER" }
        #expect(try pair.daemon.post(callback).code == "2005600")
        // One payment shows nothing of the others.
        let body = "{\"partnerReferenceNo\":\"\(callback.merchant)\"}"
        #expect(try pair.daemon.post("/admin/qr/query", body).status == 502)
        #expect(try pair.daemon.attention("kind=gateway-unauthorized").isEmpty)
        let second = try Callback().with { $0.partnerID = "CID-OTHER" }
        #expect(try pair.daemon.post(second).code == "2005600")
        let entry = try pair.daemon.attentionEntry("gateway-unauthorized")
        #expect(entry["detail"].text?.contains("responseCode 4015100") == true)
        for _ in 0..<3 {
            let more = try Callback().with { $0.partnerID = "CID-OTHER" }
            #expect(try pair.daemon.post(more).code == "2005600")
        }
        #expect(try pair.daemon.attention("kind=gateway-unauthorized").count == 1)
        // Two, the one ordered above, and probes after 1, 2, 4, … seconds.
        #expect(pair.gateway.requestCount("query") <= 8)
        #expect(try pair.daemon.generate("TRX-1").status == 502)
    }

    @Test(arguments: [("refuse", "4005101"), ("unreadable", "latestTransactionStatus")])
    func `a payment that the gateway says nothing clear about holds up no other`(
        _ answer: String,
        _ words: String
    ) throws {
        let pair = try Pair(set: Self.quick)
        for number in 1...6 {
            let answer = try pair.daemon.generate("TRX-\(number)", ",\"validitySeconds\":5")
            #expect(answer.status == 201)
        }
        try pair.gateway.pay("TRX-1", faults: ["drop", "query=\(answer)"])
        for number in 2...6 { try pair.gateway.pay("TRX-\(number)", faults: ["drop"]) }
        for number in 2...6 {
            let transaction = try pair.daemon.transaction("TRX-\(number)", until: "success")
            #expect(transaction["status"].text == "success")
        }
        let entry = try pair.daemon.attentionEntry("unresolved-payment")
        #expect(entry["partnerReferenceNo"].text == "TRX-1")
        #expect(entry["detail"].text?.contains(words) == true, "\(entry)")
        #expect(try pair.daemon.transaction("TRX-1")["status"].text == "pending")
        // The gateway itself is told of no more than that.
        #expect(try pair.daemon.attention("kind=gateway-unreachable").isEmpty)
    }

    @Test func `what somebody orders is asked also while nothing is asked by itself`() throws {
        let pair = try Pair(
            set: ["reconcile.enabled=false"],
            options: ["--fault", "generate=error", "--retry-seconds", "none"]
        )
        #expect(try pair.daemon.generate("TRX-1").status == 502)
        let ordered = try pair.daemon.post("/admin/reconcile", "")
        #expect(ordered.json["count"].integer == 1)
        #expect(try pair.daemon.transaction("TRX-1", until: "pending")["status"].text == "pending")
    }

    @Test func `a query out of turn answers the callback that waits, and ends a pause`() throws {
        // Refused for the wrong prefix, until that is put right.
        let pair = try Pair(set: ["cashIn.signaturePathPrefix=/wrong"])
        try pair.gateway.pay("OTHER-1", amount: "7000.00")
        // One payment pauses nothing; the next one that is refused does.
        let second = "{\"partnerReferenceNo\":\"OTHER-2\"}"
        #expect(try pair.daemon.post("/admin/qr/query", second).status == 502)
        let entry = try pair.daemon.attentionEntry("gateway-unauthorized")
        #expect(entry != .null)
        try pair.daemon.kill()
        let daemon = try pair.restarted(set: [
            "cashIn.signaturePathPrefix=", "reconcile.scheduleSeconds=[3600]",
        ])
        let answer = try daemon.post("/admin/qr/query", "{\"partnerReferenceNo\":\"OTHER-1\"}")
        #expect(answer.json["transaction"]["status"].text == "success", "\(answer.text)")
        let feed = try daemon.feed()
        #expect(feed.map { $0["callbackId"].integer } == [1])
        #expect(try daemon.callbacks().first?["outcome"].text == "applied")
        #expect(try daemon.attention().isEmpty)
    }

    @Test func `a callback that came before the intent is judged with the generate answer`() throws
    {
        let pair = try Pair(set: ["reconcile.scheduleSeconds=[3600]"])
        // Its gateway number is not known to anybody yet; the next one will be.
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        let early = try Callback("TRX-2", "PAY-FOREIGN")
        #expect(try pair.daemon.post(early).code == "2005600")
        #expect(try pair.daemon.generate("TRX-2").status == 201)
        // The gateway numbers it otherwise: what was said is not about this payment.
        #expect(try pair.daemon.transaction("TRX-2")["status"].text == "pending")
        #expect(try pair.daemon.callbacks().first?["outcome"].text == "awaitingQuery")
    }

    @Test func `a callback before the generate answer is applied with it`() throws {
        let pair = try Pair(
            set: ["reconcile.scheduleSeconds=[3600]"],
            options: ["--fault", "generate-delay=1500", "--retry-seconds", "none"]
        )
        let daemon = pair.daemon
        let answer = Concurrent.map(count: 2) { index -> JSON in
            if index == 0 { return (try? daemon.generate("TRX-1").json) ?? .null }
            // Paid as soon as the gateway knows it, before the merchant has the code.
            for _ in 0..<200 {
                let paid = try? pair.gateway.pay("TRX-1")
                if paid?.status == 200 { break }
                usleep(5_000)
            }
            return .null
        }
        #expect(answer[0]["status"].text == "success")
        #expect(answer[0]["qrContent"].text != nil)
        let feed = try daemon.feed()
        #expect(feed.map { $0["to"].text } == ["pending", "success"])
        #expect(feed.map { $0["source"].text } == ["generate", "notify"])
        #expect(feed[1]["callbackId"].integer != nil)
    }
}

extension Daemon {
    /// The newest attention entry of a kind that is open, or resolved, as soon as there is one.
    func attentionEntry(_ kind: String, isOpen: Bool = true) throws -> JSON {
        let state = isOpen ? "open" : "resolved"
        for _ in 0..<600 {
            if let entry = try attention("kind=\(kind)&state=\(state)").first { return entry }
            usleep(50_000)
        }
        return .null
    }
}
