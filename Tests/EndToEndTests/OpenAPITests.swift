import Support
import Testing

/// `GET /openapi.json`, held against the server that serves it.
@Suite(.blocking)
struct OpenAPITests {
    /// A daemon that has what the document's examples speak of: the payment TRX-1, paid, its
    /// callback 1, and the attention entry 1.
    private static func pair() throws -> Pair {
        // The self-test is among the operations.
        let pair = try Pair(isPublished: true)
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        #expect(try pair.gateway.pay("TRX-1").status == 200)
        _ = try pair.daemon.transaction("TRX-1", until: "success")
        let unreadable = try Callback().with { $0.body.latestTransactionStatus = "\"99\"" }
        #expect(try pair.daemon.post(unreadable).status == 400)
        #expect(try pair.daemon.attention().count == 1)
        return pair
    }

    @Test func `the document is there without a token`() throws {
        let daemon = try Daemon(in: Workspace())
        let answer = try daemon.get("/openapi.json", as: nil)
        #expect(answer.status == 200)
        #expect(answer["Content-Type"] == "application/json")
        #expect(answer["Cache-Control"] == "no-cache")
        #expect(answer.json["openapi"].text == "3.1.1")
        #expect(try APIDocument(daemon).operations.count >= 20)
    }

    @Test func `every operation does what it shows, and answers as it says`() throws {
        let pair = try Self.pair()
        for operation in try APIDocument(pair.daemon).operations {
            for body in operation.bodies {
                // A set: what is resolved or removed cannot be so again.
                for target in Set([operation.leastTarget, operation.fullTarget]).sorted() {
                    let answer = try Self.call(operation, target, body, pair.daemon)
                    #expect((200...299).contains(answer.status), "\(operation): \(answer.text)")
                    operation.check(answer, "\(operation) \(target)")
                }
            }
        }
    }

    /// Sends a request; of a stream the head is read, and the connection ended.
    private static func call(
        _ operation: APIOperation,
        _ target: String,
        _ body: String,
        _ daemon: Daemon
    ) throws -> RawResponse {
        if operation.isStream { return try daemon.open(target, operation.headers).responseHead() }
        return try daemon.call(operation.method.uppercased(), target, body)
    }

    @Test func `every operation refuses as it says`() throws {
        let daemon = try Daemon(in: Workspace())
        let methods = ["GET", "PUT", "POST", "DELETE", "PATCH"]
        let operations = try APIDocument(daemon).operations
        for operation in operations {
            let method = operation.method.uppercased()
            let target = operation.target()
            let same = operations.filter { $0.path == operation.path }
            let other = methods.first { method in
                !same.contains { $0.method == method.lowercased() }
            }
            // Probes add what they like to it.
            let queryStatus = operation.path == "/healthz" ? 200 : 400
            var rows: [(String, RawResponse, status: Int)] = [
                ("parameter", try daemon.call(method, target + "?unheard=1"), queryStatus),
                ("escape", try daemon.call(method, target + "?a=%"), 400),
                ("method", try daemon.call(other ?? "PATCH", target), 405),
            ]
            if let scope = operation.scope {
                let stranger = ["feed", "generate"].contains(scope) ? "auditor" : "orders"
                rows.append(("no token", try daemon.call(method, target, as: nil), 401))
                rows.append(("scope", try daemon.call(method, target, as: stranger), 403))
            }
            if operation.hasBody {
                rows.append(("no JSON", try daemon.call(method, target, "["), 400))
                rows.append(("member", try daemon.call(method, target, "{\"unheard\":1}"), 400))
            }
            if method == "GET", target != operation.path {
                rows.append(("unknown", try daemon.get(target), 404))
            }
            for (reason, answer, status) in rows {
                #expect(answer.status == status, "\(operation): \(reason)")
                operation.check(answer, "\(operation): \(reason)")
            }
        }
    }

    @Test func `what the server refuses by itself is documented too`() throws {
        let daemon = try Daemon(in: Workspace())
        let rows = [
            ("GET /healthz HTTP/1.1\r\n\r\n", 400), ("GET /healthz HTTP/2.0\r\n\r\n", 505),
            ("GET /healthz?\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\n", 414),
            ("GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413),
            ("GET /healthz HTTP/1.1\r\nA: \(String(repeating: "a", count: 17_000))\r\n", 431),
        ]
        let operations = try APIDocument(daemon).operations
        let health = try #require(operations.first { $0.path == "/healthz" })
        for (text, status) in rows {
            let answer = try RawClient(daemon.internalEndpoint).exchange(Array(text.utf8))
            #expect(answer.status == status)
            health.check(answer, "\(status)")
        }
    }

    @Test func `every example in the document is of its schema`() throws {
        let root = try APIDocument(Daemon(in: Workspace())).root
        let checker = JSONSchema(document: root)
        let schemas = root["components"]["schemas"]
        var (ofSchemas, ofParameters, ofBodies) = (0, 0, 0)
        for name in schemas.names {
            for example in schemas[name]["examples"].items {
                ofSchemas += 1
                #expect(checker.findings(example, schemas[name]) == [], "\(name)")
            }
        }
        for path in root["paths"].names {
            for method in root["paths"][path].names {
                let operation = root["paths"][path][method]
                for parameter in operation["parameters"].items where parameter["example"] != .null {
                    ofParameters += 1
                    let findings = checker.findings(parameter["example"], parameter["schema"])
                    #expect(findings == [], "\(method) \(path) \(parameter["name"])")
                }
                let content = operation["requestBody"]["content"]
                let body = content[content.names.first ?? ""]
                for name in body["examples"].names {
                    ofBodies += 1
                    let findings = checker.findings(body["examples"][name]["value"], body["schema"])
                    #expect(findings == [], "\(method) \(path) \(name)")
                }
            }
        }
        #expect(ofSchemas > 0 && ofParameters > 0 && ofBodies > 0)
    }
}
