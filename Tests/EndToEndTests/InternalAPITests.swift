import Support
import Testing

/// Who may use the internal API, and how it says what is wrong.
@Suite(.blocking)
struct InternalAPITests {
    @Test func `without a known token nothing is told`() throws {
        let daemon = try Daemon(in: Workspace())
        let ops = try #require(daemon.workspace.tokens["ops"])
        let values: [(String, [String])] = [
            ("none", []), ("empty", [""]), ("no scheme", [ops]),
            ("another scheme", ["Basic \(ops)"]),
            ("another token", ["Bearer \(Unique.text("token"))-\(Unique.text("token"))"]),
            ("one character less", ["Bearer \(ops.dropLast())"]), ("one more", ["Bearer \(ops)0"]),
            ("twice", ["Bearer \(ops)", "Bearer \(ops)"]), ("no token", ["Bearer "]),
        ]
        let targets = ["/v1/transitions", "/v1/callbacks/1", "/v1/attention", "/nowhere"]
        for (reason, headers) in values {
            for target in targets {
                var request = WireRequest(method: "GET", target: target)
                for value in headers { request.add("Authorization", value) }
                let response = try RawClient(daemon.internalEndpoint).exchange(request.bytes)
                check(response, 401, "unauthorized", "\(reason), \(target)")
                #expect(response["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
            }
        }
    }

    @Test func `the scheme is read in any case`() throws {
        let daemon = try Daemon(in: Workspace())
        var request = WireRequest(method: "GET", target: "/v1/transitions")
        request.add("Authorization", "bEARER \(daemon.workspace.tokens["ops"] ?? "")")
        #expect(try RawClient(daemon.internalEndpoint).exchange(request.bytes).status == 200)
    }

    @Test(arguments: [
        ("/v1/transitions", ["orders", "ops"]), ("/v1/transactions/TRX-1", ["orders", "ops"]),
        ("/v1/attention", ["orders", "ops"]), ("/v1/callbacks", ["auditor", "ops"]),
        ("/v1/callbacks/1", ["auditor", "ops"]), ("/v1/callbacks/1/diagnosis", ["auditor", "ops"]),
        ("/v1/transactions", ["orders", "ops"]),
        ("/v1/transitions/stream?after=1", ["orders", "ops"]),
        ("/v1/consumers", ["orders", "ops"]), ("/v1/consumers/orders", ["orders", "ops"]),
    ])
    func `a token opens the routes of its scopes`(target: String, allowed: [String]) throws {
        let daemon = try Daemon(in: Workspace())
        for name in ["orders", "auditor", "ops"] {
            let response = try daemon.get(target, as: name)
            if allowed.contains(name) {
                #expect([200, 404, 409].contains(response.status), "\(name)")
            } else {
                check(response, 403, "forbidden", "\(name)")
            }
        }
    }

    @Test func `health and readiness need no token`() throws {
        let daemon = try Daemon(in: Workspace())
        let health = try daemon.get("/healthz", as: nil)
        #expect(health.status == 200)
        let ready = try daemon.get("/readyz", as: nil)
        #expect(ready.status == 200)
        #expect(ready.json["status"].text == "ok")
        let names = ready.json["checks"].items.map { $0["name"].text }
        #expect(names == ["database", "keys", "draining"])
        #expect(ready.json["checks"].items.allSatisfy { $0["status"].text == "ok" })
    }

    @Test func `without a key of the gateway it is alive but not ready`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["cashIn.publicKeyFiles=[]"])
        #expect(try daemon.get("/healthz", as: nil).status == 200)
        let ready = try daemon.get("/readyz", as: nil)
        #expect(ready.status == 503)
        let failing = ready.json["checks"].items.filter { $0["status"].text != "ok" }
        #expect(failing.map { $0["name"].text } == ["keys"])
        #expect(
            daemon.logs { $0.contains("level=warning") && $0.contains("publicKeyFiles") }
        )
    }

    @Test(arguments: [
        ("/v1/transitions?afer=1", "afer"), ("/v1/transitions?after=1&x", "x"),
        ("/v1/transactions/TRX-1?after=1", "after"), ("/v1/callbacks?status=applied", "status"),
        ("/v1/callbacks/1?after=1", "after"), ("/v1/callbacks/1/diagnosis?verbose", "verbose"),
        ("/v1/attention?open=1", "open"),
        ("/openapi.json?x=1", "x"), ("/readyz?verbose", "verbose"),
        ("/v1/transitions/stream?wait=1", "wait"), ("/v1/transactions?after=1", "after"),
        ("/v1/consumers?cursor=x", "cursor"), ("/v1/consumers/orders?x=1", "x"),
    ])
    func `an unknown parameter is an error`(target: String, field: String) throws {
        let daemon = try Daemon(in: Workspace())
        check(try daemon.get(target), 400, "unknown-parameter", field: field)
    }

    @Test func `a value that a parameter cannot have is an error`() throws {
        let daemon = try Daemon(in: Workspace())
        let rows: [(String, String)] = [
            ("/v1/transitions?after=-1", "after"), ("/v1/transitions?after=x", "after"),
            ("/v1/transitions?after=", "after"), ("/v1/transitions?after=%2B1", "after"),
            ("/v1/transitions?after=9223372036854775808", "after"),
            ("/v1/transitions?after=1&after=2", "after"), ("/v1/transitions?limit=0", "limit"),
            ("/v1/transitions?limit=1001", "limit"), ("/v1/transitions?limit=1.5", "limit"),
            ("/v1/transitions?wait=56", "wait"), ("/v1/transitions?wait=-1", "wait"),
            ("/v1/transactions/TRX-1?since=x", "since"), ("/v1/transactions/TRX-1?wait=56", "wait"),
            ("/v1/callbacks?outcome=Applied", "outcome"), ("/v1/callbacks?from=yesterday", "from"),
            ("/v1/callbacks?to=2026-13-01", "to"), ("/v1/callbacks?after=x", "after"),
            ("/v1/callbacks?limit=1001", "limit"), ("/v1/attention?state=closed", "state"),
            ("/v1/attention?kind=other", "kind"), ("/v1/attention?limit=0", "limit"),
            ("/v1/transitions?to=", "to"), ("/v1/transitions?to=success,paid", "to"),
            ("/v1/transitions?to=created", "to"), ("/v1/transitions?consumer=", "consumer"),
            ("/v1/transitions?consumer=a%20b&after=1", "consumer"),
            ("/v1/transitions/stream?after=x", "after"), ("/v1/transitions/stream?to=x", "to"),
            ("/v1/transactions?status=paid", "status"), ("/v1/transactions?by=amount", "by"),
            ("/v1/transactions?from=yesterday", "from"), ("/v1/transactions?to=x", "to"),
            ("/v1/transactions?cursor=x", "cursor"), ("/v1/transactions?cursor=", "cursor"),
            ("/v1/transactions?referenceNo=a%20b", "referenceNo"),
            ("/v1/transactions?limit=1001", "limit"), ("/v1/consumers?limit=0", "limit"),
            ("/v1/consumers?after=a%20b", "after"),
        ]
        for (target, field) in rows {
            check(try daemon.get(target), 400, "invalid-parameter", field: field, "\(target)")
        }
        for target in ["/v1/transitions?limit=1", "/v1/transitions?limit=1000"] {
            #expect(try daemon.get(target).status == 200, "\(target)")
        }
        check(try daemon.get("/v1/transitions?after=%"), 400, "malformed-request")
    }

    @Test func `what is not there is named`() throws {
        let daemon = try Daemon(in: Workspace())
        check(try daemon.get("/v1/nowhere"), 404, "not-found")
        check(try daemon.get("/v1/transitions/"), 404, "not-found")
        let transaction = try daemon.get("/v1/transactions/TRX-1")
        check(transaction, 404, "transaction-not-found", field: "partnerReferenceNo")
        for id in ["1", "x", "99999999999999999999"] {
            for target in ["/v1/callbacks/\(id)", "/v1/callbacks/\(id)/diagnosis"] {
                check(try daemon.get(target), 404, "callback-not-found", field: "id")
            }
        }
    }

    @Test func `another method is refused with those that are allowed`() throws {
        let daemon = try Daemon(in: Workspace())
        let rows = [
            ("/v1/transitions", "ops", "GET, HEAD"), ("/healthz", nil, "GET, HEAD"),
            ("/v1/transitions/stream", "ops", "GET, HEAD"),
            ("/v1/consumers/a", "ops", "GET, PUT, DELETE, HEAD"),
        ]
        for (target, token, allowed) in rows {
            let response = try daemon.call("POST", target, as: token)
            check(response, 405, "method-not-allowed", "\(target)")
            #expect(response["Allow"] == allowed)
        }
    }

    @Test func `HEAD is answered like GET without the body`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try RawClient(daemon.internalEndpoint)
        var request = WireRequest(method: "HEAD", target: "/v1/transitions")
        request.add("Authorization", "Bearer \(daemon.workspace.tokens["ops"] ?? "")")
        let head = try client.exchange(request.bytes, isHEAD: true)
        #expect(head.status == 200)
        request.method = "GET"
        let get = try client.exchange(request.bytes)
        #expect(head["Content-Length"] == String(get.body.count))
    }

    @Test func `what is no request is a problem too`() throws {
        let daemon = try Daemon(in: Workspace())
        let rows = [
            ("GET / HTTP/1.1\r\n\r\n", 400, "malformed-request"),
            ("GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\n", 414, "too-large"),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413, "too-large"),
        ]
        for (text, status, name) in rows {
            let client = try RawClient(daemon.internalEndpoint)
            check(try client.exchange(Array(text.utf8)), status, name)
            #expect(try client.isEnded())
        }
    }
}
