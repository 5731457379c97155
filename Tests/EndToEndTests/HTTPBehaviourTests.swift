import Support
import Testing

/// How the notify listener speaks HTTP with those who speak it well.
@Suite(.blocking)
struct HTTPBehaviourTests {
    @Test func `a connection is kept and serves one callback after the other`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        for _ in 0..<3 {
            let response = try client.exchange(Callback().request().bytes)
            #expect(response.version == "HTTP/1.1")
            #expect(response.code == "2005600")
            #expect(response["Connection"] == nil)
        }
        // A refusal by content keeps it too.
        let refused = try Callback().with { $0.body.amount = nil }
        #expect(try client.exchange(refused.request().bytes).code == "4005602")
        #expect(try client.exchange(Callback().request().bytes).code == "2005600")
        #expect(try daemon.feed().count == 4)
    }

    @Test func `pipelined callbacks are answered in order`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        let callbacks = try (0..<20).map { index in
            try Callback().with { if index % 3 == 2 { $0.partnerID = "other" } }
        }
        try client.send(try callbacks.flatMap { try $0.request().bytes })
        for (index, callback) in callbacks.enumerated() {
            let response = try client.response()
            #expect(response["X-EXTERNAL-ID"] == callback.externalID)
            #expect(response.code == (index % 3 == 2 ? "4015600" : "2005600"))
        }
        let expected = callbacks.indices.filter { $0 % 3 != 2 }.map { callbacks[$0].merchant }
        #expect(try daemon.feed().map { $0["partnerReferenceNo"].text } == expected)
    }

    @Test func `what a half-closed connection sent is still answered`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        try client.send(try (0..<3).flatMap { _ in try Callback().request().bytes })
        client.endSending()
        for _ in 0..<3 { #expect(try client.response().code == "2005600") }
        #expect(try client.isEnded())
    }

    @Test(arguments: [1, 7, 1000])
    func `a chunked body with extensions and trailers is one body`(size: Int) throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        let callback = try Callback()
        #expect(try client.exchange(callback.request().chunked(by: size)).code == "2005600")
        #expect(try client.exchange(Callback().request().bytes).code == "2005600")
        let kept = try daemon.callbacks("reference=\(callback.merchant)")
        #expect(try Array((kept.first?["body"].text ?? "").utf8) == callback.request().body)
    }

    @Test func `a request is understood one byte at a time`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        for byte in try Callback().request().bytes { try client.send([byte]) }
        #expect(try client.response().code == "2005600")
    }

    @Test func `a body that is announced is asked for`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        var request = try Callback().request()
        request.add("Expect", "100-continue")
        try client.send(request.head)
        #expect(try client.response().status == 100)
        try client.send(request.body)
        #expect(try client.response().code == "2005600")
    }

    @Test func `nobody is asked for a body that is not wanted`() throws {
        let daemon = try Daemon(in: Workspace())
        let changes: [(String, @Sendable (inout WireRequest) -> Void, String)] = [
            ("path", { $0.target = "/other" }, "4045600"),
            ("method", { $0.method = "PUT" }, "4055600"),
            ("length", { $0.body = Array(repeating: 0x20, count: 65_537) }, "4135600"),
        ]
        for (reason, change, code) in changes {
            let client = try daemon.connect()
            var request = try Callback().request()
            change(&request)
            request.add("Expect", "100-continue")
            #expect(try client.exchange(request.head).code == code, "\(reason)")
            #expect(try client.isEnded())
        }
    }

    @Test(arguments: [
        [("Content-Encoding", "UTF-8")], [("Content-Encoding", "gzip")],
        [("Content-Encoding", "identity"), ("Content-Encoding", "br")],
        [("Content-Type", "text/plain")], [],
    ])
    func `what a head says of a good body does not matter`(fields: [(String, String)]) throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        var request = try callback.request()
        for (name, value) in fields { request.add(name, value) }
        #expect(try daemon.post(request).code == "2005600")
        #expect(try daemon.feed().map { $0["partnerReferenceNo"].text } == [callback.merchant])
        #expect(try daemon.attention().isEmpty)
    }

    @Test func `a body that came at once needs no asking`() throws {
        let daemon = try Daemon(in: Workspace())
        var request = try Callback().request()
        request.add("Expect", "100-continue")
        #expect(try daemon.post(request).status == 200)
    }

    @Test func `HTTP 1.0 is answered and closed, or kept when asked for`() throws {
        let daemon = try Daemon(in: Workspace())
        var request = try Callback().request()
        request.version = "HTTP/1.0"
        request.remove("Host")
        let closing = try daemon.connect()
        #expect(try closing.exchange(request.bytes).code == "2005600")
        #expect(try closing.isEnded())

        request.add("Connection", "keep-alive")
        let keeping = try daemon.connect()
        for _ in 0..<2 {
            let response = try keeping.exchange(request.bytes)
            #expect(response.code == "2005600")
            #expect(response["Connection"]?.lowercased() == "keep-alive")
        }
        // Chunks are not in HTTP/1.0.
        #expect(try keeping.exchange(request.bytes)["Transfer-Encoding"] == nil)
    }

    @Test func `who asks for the connection to be closed gets it`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        var request = try Callback().request()
        request.add("Connection", "close")
        let response = try client.exchange(request.bytes)
        #expect(response.code == "2005600")
        #expect(response["Connection"] == "close")
        #expect(try client.isEnded())
    }

    @Test func `absolute targets and queries are routed by their path`() throws {
        let daemon = try Daemon(in: Workspace())
        for target in [
            "/v1.0/debit/notify?source=cash-in&x=%20", "http://pay.example.id/v1.0/debit/notify",
            "https://pay.example.id:8443/v1.0/debit/notify?x", "/v1.0/debit/notify?",
        ] {
            var request = try Callback().request()
            request.target = target
            #expect(try daemon.post(request).code == "2005600", "\(target)")
        }
        #expect(try daemon.feed().count == 4)
    }

    @Test func `empty lines before a request line are skipped`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        for emptyLines in ["\r\n", "\r\n\r\n\r\n", ""] {
            let request = try Callback().request().bytes
            #expect(try client.exchange(Array(emptyLines.utf8) + request).code == "2005600")
            // Behind a body too, where some clients send one.
            try client.send("\r\n")
        }
    }

    @Test func `brackets in a target are taken as they are`() throws {
        let daemon = try Daemon(in: Workspace())
        var request = try Callback().request()
        request.target = "/v1.0/debit/notify?a[]=1&b=[x]"
        #expect(try daemon.post(request).code == "2005600")
        request.target = "/v1.0/debit/notify[0]"
        #expect(try daemon.post(request).code == "4045600")
        check(
            try daemon.get("/v1/transactions/[x]"),
            404,
            "transaction-not-found",
            field: "partnerReferenceNo"
        )
        check(try daemon.get("/v1/transactions?by[]=x"), 400, "unknown-parameter", field: "by[]")
    }

    @Test func `an unknown path is not found, whatever the method`() throws {
        let daemon = try Daemon(in: Workspace())
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"] {
            var request = WireRequest(method: method, target: "/v1.0/debit")
            #expect(try daemon.post(request).status == 404, "\(method)")
            for target in ["/v1", "/v1/nothing", "/v1/transitions/", "/admin", "/healthz/x"] {
                request = daemon.internalRequest(method, target)
                let client = try RawClient(daemon.internalEndpoint)
                let answer = try client.exchange(request.bytes, isHEAD: method == "HEAD")
                #expect(answer.status == 404, "\(method) \(target)")
            }
        }
        #expect(try daemon.call("BREW", "/v1/transitions").status == 405)
        // What is wrong with the query of no route does not matter.
        check(try daemon.get("/v1/nothing?a=1&a=%FF"), 404, "not-found")
    }

    @Test func `healthz takes any query`() throws {
        let daemon = try Daemon(in: Workspace())
        for query in ["", "?", "?x", "?x=1&x=2", "?%FF", "?a[]=%00&&=", "?wait=99"] {
            #expect(try daemon.get("/healthz\(query)", as: nil).status == 200, "\(query)")
            let request = WireRequest(method: "GET", target: "/healthz\(query)")
            #expect(try daemon.post(request).status == 200, "\(query)")
        }
        check(try daemon.get("/readyz?x=1", as: nil), 400, "unknown-parameter", field: "x")
    }

    @Test func `a HEAD request is answered like GET without the body`() throws {
        let daemon = try Daemon(in: Workspace())
        let client = try daemon.connect()
        let head = try client.exchange(
            WireRequest(method: "HEAD", target: "/healthz").bytes,
            isHEAD: true
        )
        #expect(head.status == 200)
        let get = try client.exchange(WireRequest(method: "GET", target: "/healthz").bytes)
        #expect(get.json["status"].text == "ok")
        #expect(head["Content-Length"] == String(get.body.count))

        let refused = try client.exchange(WireRequest(method: "HEAD").bytes, isHEAD: true)
        #expect(refused.status == 405)
        #expect(refused["Allow"] == "POST")
        // No byte of a body is in the way of the next answer.
        #expect(try client.exchange(Callback().request().bytes).code == "2005600")
    }

    @Test(arguments: ["/v1/transitions", "/readyz", "/metrics", "/", "*"])
    func `the notify listener serves nothing else`(target: String) throws {
        let daemon = try Daemon(in: Workspace())
        var request = WireRequest(method: "POST", target: target)
        if target == "*" { request.method = "OPTIONS" }
        request.add("Authorization", "Bearer \(daemon.workspace.tokens["ops"] ?? "")")
        let response = try daemon.post(request)
        #expect(response.status == 404)
        #expect(response.json["transitions"] == .null)
    }

    @Test func `header names are read in any case and in any order`() throws {
        let daemon = try Daemon(in: Workspace())
        var request = try Callback().request()
        request.fields = request.fields.reversed().map { ($0.name.lowercased(), $0.value + " \t") }
        #expect(try daemon.post(request).code == "2005600")
    }

    @Test func `several addresses are served, Unix sockets among them`() throws {
        let workspace = try Workspace()
        let socket = workspace.directory + "notify.sock"
        let daemon = try Daemon(
            in: workspace,
            set: ["notify.listen=[\"127.0.0.1:0\",\"unix:\(socket)?mode=0660\",\"127.0.0.1:0\"]"],
            listenerCount: 3
        )
        for endpoint in daemon.notifyEndpoints {
            let response = try RawClient(endpoint).exchange(Callback().request().bytes)
            #expect(response.code == "2005600", "\(endpoint)")
        }
        #expect(try daemon.feed().count == 3)
        #expect(try daemon.stop() == .exited(0))
        #expect(!workspace.exists("notify.sock"))
    }
}
