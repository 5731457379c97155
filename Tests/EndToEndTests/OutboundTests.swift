import Foundation
import Support
import Testing

/// Generate and query, with the gateway's stand-in on the other side.
@Suite(.blocking)
struct OutboundTests {
    @Test func `a payment goes from generate through its callback to the feed`() throws {
        let pair = try Pair()
        let answer = try pair.daemon.generate("TRX-1")
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer["Location"] == "/v1/transactions/TRX-1")
        #expect(answer.json["status"].text == "pending")
        #expect(answer.json["origin"].text == "generate")
        #expect(answer.json["qrContent"].text?.hasPrefix("000201") == true)
        #expect(answer.json["feeAmount"]["value"].text == "0.00")
        #expect(answer.json["expired"].bool == false)
        #expect(answer.json["checks"]["nextQueryAt"].text != nil)

        #expect(try pair.gateway.pay("TRX-1").status == 200)
        let transaction = try pair.daemon.transaction("TRX-1", until: "success")
        #expect(transaction["status"].text == "success")
        #expect(transaction["paidAmount"]["value"].text == "10000.00")
        #expect(transaction["checks"]["callbacks"].integer == 1)
        #expect(transaction["checks"]["nextQueryAt"] == .null)
        let feed = try pair.daemon.feed()
        #expect(feed.map { $0["from"].text } == ["created", "pending"])
        #expect(feed.map { $0["to"].text } == ["pending", "success"])
        #expect(feed.map { $0["source"].text } == ["generate", "notify"])
        #expect(feed.map { $0["latestTransactionStatus"].text } == ["01", "00"])
        #expect(try pair.daemon.attention().isEmpty)
        #expect(try pair.daemon.stop() == .exited(0))
    }

    @Test func `the same content again is the stored payment, other content is refused`() throws {
        let pair = try Pair()
        let first = try pair.daemon.generate("TRX-1", ",\"validitySeconds\":600")
        #expect(first.status == 201)
        let again = try pair.daemon.post(
            "/admin/qr/generate",
            """
            {"validitySeconds":600,"amount":{"value":10000,"currency":"IDR"},"feeAmount":"0",
             "partnerReferenceNo":"TRX-1"}
            """
        )
        #expect(again.status == 200, "\(again.text)")
        #expect(again.json["qrContent"] == first.json["qrContent"])
        #expect(again.json["validityPeriod"] == first.json["validityPeriod"])
        for more in [",\"validitySeconds\":601", "", ",\"validitySeconds\":600,\"feeAmount\":5"] {
            let other = try pair.daemon.generate("TRX-1", more)
            #expect(other.status == 409)
            #expect(other.json["type"].text == "urn:cashin-receiver:problem:reference-in-use")
            #expect(other.json["field"].text == "partnerReferenceNo")
        }
        #expect(pair.gateway.requestCount("generate") == 1)
    }

    @Test func `a hundred at once make one call`() throws {
        let pair = try Pair(options: ["--fault", "generate-delay=300", "--retry-seconds", "none"])
        let answers = Concurrent.map(count: 100) { _ in try? pair.daemon.generate("TRX-1").status }
        #expect(answers.count { $0 == 201 } == 1)
        #expect(answers.count { $0 == 200 } == 99)
        #expect(pair.gateway.requestCount("generate") == 1)
    }

    /// Bodies with single quotes instead of double ones, and the member that is wrong in each.
    private static let wrongRequests: [(body: String, field: String)] = [
        ("{}", "partnerReferenceNo"),
        ("{'partnerReferenceNo':'A B'}", "partnerReferenceNo"),
        ("{'partnerReferenceNo':'abcdefghijklmnopqrstuvwxyz'}", "partnerReferenceNo"),
        ("{'partnerReferenceNo':1,'amount':1}", "partnerReferenceNo"),
        ("{'partnerReferenceNo':'A'}", "amount"),
        ("{'partnerReferenceNo':'A','amount':'10000.50'}", "amount"),
        ("{'partnerReferenceNo':'A','amount':'15.000'}", "amount"),
        ("{'partnerReferenceNo':'A','amount':15.000}", "amount"),
        ("{'partnerReferenceNo':'A','amount':{'value':'15.000','currency':'IDR'}}", "amount"),
        ("{'partnerReferenceNo':'A','amount':{'value':15.000,'currency':'IDR'}}", "amount"),
        ("{'partnerReferenceNo':'A','amount':'10000.000'}", "amount"),
        ("{'partnerReferenceNo':'A','amount':10000.0000}", "amount"),
        ("{'partnerReferenceNo':'A','amount':1,'feeAmount':'5.000'}", "feeAmount"),
        ("{'partnerReferenceNo':'A','amount':1,'feeAmount':5.000}", "feeAmount"),
        ("{'partnerReferenceNo':'A','amount':0}", "amount"),
        ("{'partnerReferenceNo':'A','amount':-1}", "amount"),
        ("{'partnerReferenceNo':'A','amount':{'value':'1','currency':'USD'}}", "amount"),
        ("{'partnerReferenceNo':'A','amount':1,'feeAmount':'x'}", "feeAmount"),
        ("{'partnerReferenceNo':'A','amount':1,'validitySeconds':0}", "validitySeconds"),
        ("{'partnerReferenceNo':'A','amount':1,'validityPeriod':'soon'}", "validityPeriod"),
        (
            "{'partnerReferenceNo':'A','amount':1,'validityPeriod':'2020-01-01T00:00:00Z'}",
            "validityPeriod"
        ),
        ("{'partnerReferenceNo':'A','amount':1,'ammount':1}", "ammount"),
    ]

    @Test func `a wrong member is named and nothing is called`() throws {
        let pair = try Pair()
        for (body, field) in Self.wrongRequests {
            let json = body.replacingOccurrences(of: "'", with: "\"")
            let answer = try pair.daemon.post("/admin/qr/generate", json)
            #expect(answer.status == 400, "\(body)")
            #expect(answer.json["field"].text == field, "\(body)")
            #expect(answer.json["retryable"].bool == false)
        }
        #expect(try pair.daemon.post("/admin/qr/generate", "[").status == 400)
        #expect(pair.gateway.requestCount("generate") == 0)
        #expect(try pair.daemon.get("/v1/transactions/A").status == 404)
    }

    @Test func `the refusal of an ambiguous amount says why, and what to write`() throws {
        let pair = try Pair()
        let answer = try pair.daemon.generate("TRX-1", amount: "15.000")
        #expect(answer.status == 400)
        #expect(answer.json["type"].text == "urn:cashin-receiver:problem:invalid-member")
        #expect(
            answer.json["detail"].text
                == "amount: 15.000 may mean 15000 in Indonesia, where a point separates "
                + "thousands; write 15000 or 15000.00 (or 15.00)."
        )
        #expect(try pair.daemon.generate("TRX-1", amount: "15000.00").status == 201)
        #expect(pair.gateway.requestCount("generate") == 1)
    }

    @Test func `a gateway that refuses leaves nothing to reconcile, and a repeat tries anew`()
        throws
    {
        // Nobody listens there.
        let pair = try Pair(set: ["cashIn.baseURL=http://127.0.0.1:1/pg/fo"])
        let answer = try pair.daemon.generate("TRX-1")
        #expect(answer.status == 503)
        #expect(answer.json["type"].text == "urn:cashin-receiver:problem:gateway-unreachable")
        #expect(answer.json["retryable"].bool == true)
        let transaction = try pair.daemon.transaction("TRX-1")
        #expect(transaction["status"].text == "created")
        #expect(transaction["lastError"].text?.contains("connect") == true)
        #expect(transaction["checks"]["nextQueryAt"] == .null)
        try pair.daemon.kill()
        let daemon = try pair.restarted(set: pair.gateway.settings)
        // Any content is a new attempt.
        #expect(try daemon.generate("TRX-1", amount: "20000.00").status == 201)
        #expect(try daemon.transaction("TRX-1")["amount"]["value"].text == "20000.00")
    }

    @Test
    func `a generate answer after the deadline is found out by asking, never by a second call`()
        throws
    {
        let pair = try Pair(
            set: ["cashIn.requestTimeoutSeconds=1"],
            options: ["--fault", "generate-delay=3000", "--retry-seconds", "none"]
        )
        let answer = try pair.daemon.generate("TRX-1")
        #expect(answer.status == 504, "\(answer.text)")
        #expect(answer.json["type"].text == "urn:cashin-receiver:problem:gateway-timeout")
        let transaction = try pair.daemon.transaction("TRX-1", until: "pending")
        #expect(transaction["status"].text == "pending")
        #expect(transaction["referenceNo"].text?.isEmpty == false)
        #expect(transaction["qrContent"] == .null)
        let again = try pair.daemon.generate("TRX-1")
        #expect(again.status == 409)
        #expect(again.json["type"].text == "urn:cashin-receiver:problem:qr-lost")
        #expect(pair.gateway.requestCount("generate") == 1)
        #expect(try pair.daemon.feed().map { $0["source"].text } == ["query"])
        // The payment is followed all the same.
        #expect(try pair.gateway.pay("TRX-1").status == 200)
        #expect(try pair.daemon.transaction("TRX-1", until: "success")["status"].text == "success")
    }

    @Test(arguments: ["error", "disconnect"])
    func `a gateway that takes a payment and fails is asked before anything else`(
        how: String
    )
        throws
    {
        let pair = try Pair(
            options: ["--fault", "generate=\(how)", "--retry-seconds", "none"]
        )
        let answer = try pair.daemon.generate("TRX-1")
        #expect(answer.status == 502, "\(answer.text)")
        #expect(answer.json["type"].text == "urn:cashin-receiver:problem:gateway-error")
        if how == "error" { #expect(answer.json["responseCode"].text == "5004701") }
        #expect(try pair.daemon.transaction("TRX-1", until: "pending")["status"].text == "pending")
        #expect(pair.gateway.requestCount("generate") == 1)
    }

    @Test func `an unknown outcome that the gateway knows nothing of may be generated again`()
        throws
    {
        let pair = try Pair(
            set: ["reconcile.scheduleSeconds=[3600]"],
            options: ["--fault", "generate=refuse", "--retry-seconds", "none"]
        )
        #expect(try pair.daemon.generate("TRX-1").status == 502)
        try pair.gateway.setFaults([])
        #expect(try pair.daemon.generate("TRX-1", amount: "5.00").status == 409)
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        #expect(pair.gateway.requestCount("query") == 1)
        #expect(pair.gateway.requestCount("generate") == 2)
    }

    @Test func `a broken code is not handed out, and the payment is followed`() throws {
        let pair = try Pair(options: ["--fault", "generate=bad-qr", "--retry-seconds", "none"])
        let answer = try pair.daemon.generate("TRX-1")
        #expect(answer.status == 502)
        #expect(answer.json["type"].text == "urn:cashin-receiver:problem:qr-refused")
        let transaction = try pair.daemon.transaction("TRX-1")
        #expect(transaction["status"].text == "pending")
        #expect(transaction["qrContent"] == .null)
        #expect(transaction["attention"].items.compactMap(\.text) == ["qr-refused"])
        #expect(try pair.daemon.generate("TRX-1").json["type"].text?.hasSuffix("qr-lost") == true)
        try pair.gateway.pay("TRX-1")
        #expect(try pair.daemon.transaction("TRX-1", until: "success")["status"].text == "success")
    }

    @Test func `the call goes on when the client goes away`() throws {
        let pair = try Pair(options: ["--fault", "generate-delay=500", "--retry-seconds", "none"])
        var request = WireRequest(target: "/admin/qr/generate")
        request.add("Authorization", "Bearer \(pair.workspace.tokens["ops"] ?? "")")
        request.body = Array("{\"partnerReferenceNo\":\"TRX-1\",\"amount\":10000}".utf8)
        try RawClient(pair.daemon.internalEndpoint).send(request.bytes)
        // The connection is closed here, once the gateway has the request.
        #expect(
            pair.gateway.process.errors.first { $0.value(of: "service") == "generate" } != nil
        )
        let transaction = try pair.daemon.transaction("TRX-1", until: "pending")
        #expect(transaction["qrContent"].text?.hasPrefix("000201") == true)
        #expect(try pair.daemon.generate("TRX-1").status == 200)
        #expect(pair.gateway.requestCount("generate") == 1)
    }

    @Test func `a query goes through the status table and shows what the gateway said`() throws {
        let pair = try Pair(set: ["reconcile.enabled=false"])
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        try pair.gateway.pay("TRX-1", faults: ["drop"])
        let answer = try pair.daemon.post("/admin/qr/query", "{\"partnerReferenceNo\":\"TRX-1\"}")
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["gateway"]["responseCode"].text == "2005100")
        #expect(answer.json["gateway"]["latestTransactionStatus"].text == "00")
        #expect(answer.json["gateway"]["amount"]["value"].text == "10000.00")
        #expect(answer.json["transaction"]["status"].text == "success")
        let query = answer.json["transaction"]["checks"]["lastQuery"]
        #expect(query["responseCode"].text == "2005100")
        #expect(try pair.daemon.feed().last?["source"].text == "query")
    }

    @Test func `an unknown reference is asked too`() throws {
        let pair = try Pair()
        try pair.gateway.pay("OTHER-1", faults: ["drop"], amount: "7000.00")
        let query = { (reference: String) in
            try pair.daemon.post("/admin/qr/query", "{\"partnerReferenceNo\":\"\(reference)\"}")
        }
        let known = try query("OTHER-1")
        #expect(known.status == 200, "\(known.text)")
        #expect(known.json["transaction"]["origin"].text == "query")
        #expect(known.json["transaction"]["status"].text == "success")
        let unknown = try query("OTHER-2")
        #expect(unknown.status == 404)
        #expect(unknown.json["responseCode"].text == "4045101")
        #expect(try query("").json["field"].text == "partnerReferenceNo")
        // First heard of otherwise: not to be generated.
        #expect(try pair.daemon.generate("OTHER-1", amount: "7000.00").status == 409)
    }

    @Test func `receive-only says so`() throws {
        let daemon = try Daemon(in: try Workspace())
        #expect(try daemon.generate("TRX-1").status == 501)
        #expect(
            try daemon.post("/admin/qr/query", "{\"partnerReferenceNo\":\"A\"}").status == 501
        )
        #expect(try daemon.post("/admin/reconcile", "").status == 501)
    }

    @Test func `scopes are kept apart`() throws {
        let pair = try Pair()
        #expect(
            try pair.daemon.post("/admin/qr/generate", "{}", as: "auditor").status == 403
        )
        #expect(try pair.daemon.post("/admin/reconcile", "", as: "orders").status == 403)
        #expect(try pair.daemon.post("/admin/reconcile", "").status == 202)
    }
}
