import Support
import Testing

/// `/v1/consumers`: named positions in the feed.
@Suite(.blocking)
struct ConsumerTests {
    /// A daemon whose feed has so many transitions.
    private static func daemon(head: Int) throws -> Daemon {
        let daemon = try Daemon(in: Workspace())
        for _ in 0..<head { #expect(try daemon.post(Callback()).code == "2005600") }
        return daemon
    }

    private static func put(
        _ daemon: Daemon,
        _ body: String,
        name: String = "orders",
        as token: String = "orders"
    ) throws -> RawResponse {
        try daemon.call("PUT", "/v1/consumers/\(name)", body, as: token)
    }

    @Test func `a position is made, moved, shown with its lag, and removed`() throws {
        let daemon = try Self.daemon(head: 3)
        let made = try Self.put(daemon, #"{"position":1}"#)
        #expect(made.status == 201)
        #expect(
            made.json.names == [
                "name", "position", "head", "lag", "feed", "updatedAt", "updatedBy",
            ]
        )
        #expect(made.json["name"].text == "orders")
        #expect(made.json["position"].integer == 1)
        #expect(made.json["head"].integer == 3)
        #expect(made.json["lag"].integer == 2)
        #expect(made.json["updatedBy"].text == "orders")
        #expect(try made.json["feed"] == daemon.get("/v1/transitions").json["feed"])
        #expect(made["Cache-Control"] == "no-store")
        #expect(try daemon.get("/v1/consumers/orders", as: "orders").json == made.json)

        let moved = try Self.put(daemon, #"{"position":3,"expected":1}"#)
        #expect(moved.status == 200)
        #expect(moved.json["lag"].integer == 0)
        let removed = try daemon.call("DELETE", "/v1/consumers/orders", as: "orders")
        #expect(removed.status == 204)
        #expect(removed.body.isEmpty)
        for method in ["GET", "DELETE"] {
            let gone = try daemon.call(method, "/v1/consumers/orders", as: "orders")
            check(gone, 404, "consumer-not-found", field: "name")
        }
    }

    @Test func `a position survives a kill right after its answer`() throws {
        let daemon = try Self.daemon(head: 3)
        #expect(try Self.put(daemon, #"{"position":2}"#).status == 201)
        let before = try daemon.get("/v1/consumers/orders").json
        try daemon.kill()
        let again = try Daemon(in: daemon.workspace)
        #expect(try again.get("/v1/consumers/orders").json == before)
    }

    @Test func `it moves from where it is expected, forward, and not beyond the head`() throws {
        let daemon = try Self.daemon(head: 3)
        let rows: [(body: String, name: String?, field: String, current: Int)] = [
            (#"{"position":1,"expected":1}"#, "position-conflict", "expected", 0),
            (#"{"position":4}"#, "position-ahead", "position", 0),
            (#"{"position":2,"expected":0}"#, nil, "", 2),
            (#"{"position":3,"expected":1}"#, "position-conflict", "expected", 2),
            (#"{"position":1}"#, "position-conflict", "position", 2),
            (#"{"position":1,"rewind":false}"#, "position-conflict", "position", 2),
            (#"{"position":9,"rewind":true}"#, "position-ahead", "position", 2),
            (#"{"position":2}"#, nil, "", 2),
            (#"{"position":0,"expected":2,"rewind":true}"#, nil, "", 0),
            (#"{"position":3,"expected":0.0}"#, nil, "", 3),
        ]
        for (body, name, field, current) in rows {
            let response = try Self.put(daemon, body)
            guard let name else {
                #expect([200, 201].contains(response.status), "\(body)")
                #expect(response.json["position"].integer == current, "\(body)")
                continue
            }
            check(response, 409, name, field: field, members: ["current"], "\(body)")
            #expect(response.json["current"].integer == current, "\(body)")
        }
        #expect(try daemon.get("/v1/consumers/orders").json["position"].integer == 3)
    }

    @Test func `a body that says nothing clear is refused with the member to blame`() throws {
        let daemon = try Self.daemon(head: 1)
        let rows: [(body: String, name: String, field: String?)] = [
            ("", "malformed-body", nil), ("{", "malformed-body", nil),
            ("[1]", "malformed-body", nil),
            (#"{"position":1,"position":1}"#, "malformed-body", nil),
            ("{}", "invalid-member", "position"),
            (#"{"position":-1}"#, "invalid-member", "position"),
            (#"{"position":"1"}"#, "invalid-member", "position"),
            (#"{"position":1.5}"#, "invalid-member", "position"),
            (#"{"position":null}"#, "invalid-member", "position"),
            (#"{"position":9223372036854775808}"#, "invalid-member", "position"),
            (#"{"position":1,"expected":"0"}"#, "invalid-member", "expected"),
            (#"{"position":1,"rewind":1}"#, "invalid-member", "rewind"),
            (#"{"position":1,"feed":1}"#, "invalid-member", "feed"),
            (#"{"position":1,"force":true}"#, "unknown-member", "force"),
        ]
        for (body, name, field) in rows {
            check(try Self.put(daemon, body), 400, name, field: field, "\(body)")
        }
        let other = try Self.put(daemon, #"{"position":1,"feed":"other"}"#)
        check(other, 409, "feed-changed", field: "feed")
        #expect(try daemon.get("/v1/consumers").json["consumers"].items.isEmpty)
    }

    @Test func `a token changes its own names only, admin all, and all may read`() throws {
        let daemon = try Self.daemon(head: 1)
        for name in ["orders", "orders.eu", "orders.a.b"] {
            #expect(try Self.put(daemon, #"{"position":0}"#, name: name).status == 201, "\(name)")
        }
        #expect(try Self.put(daemon, #"{"position":0}"#, name: "other", as: "ops").status == 201)
        for name in ["other", "orders2", "order", "ops"] {
            let response = try Self.put(daemon, #"{"position":1}"#, name: name)
            check(response, 403, "forbidden", field: "name", "\(name)")
            let removal = try daemon.call("DELETE", "/v1/consumers/\(name)", as: "orders")
            check(removal, 403, "forbidden", field: "name", "\(name)")
        }
        #expect(try daemon.get("/v1/consumers/other", as: "orders").status == 200)
        #expect(try daemon.call("DELETE", "/v1/consumers/orders.eu", as: "ops").status == 204)
        let longest = "orders." + String(repeating: "a", count: 57)
        #expect(try Self.put(daemon, #"{"position":0}"#, name: longest).status == 201)
        for name in [longest + "a", "orders.%20", "orders.%2F", "orders.%C3%A9", ""] {
            let response = try Self.put(daemon, #"{"position":0}"#, name: name, as: "ops")
            check(response, 400, "invalid-parameter", field: "name", "\(name)")
            check(
                try daemon.get("/v1/consumers/\(name)"),
                404,
                "consumer-not-found",
                field: "name",
                "\(name)"
            )
        }
    }

    @Test func `a token has a hundred of its own, admin more`() throws {
        let daemon = try Self.daemon(head: 1)
        for number in 0..<100 {
            let name = number == 0 ? "orders" : "orders.\(number)"
            #expect(try Self.put(daemon, #"{"position":0}"#, name: name).status == 201)
        }
        let tooMany = try Self.put(daemon, #"{"position":0}"#, name: "orders.100")
        check(tooMany, 409, "too-many-consumers")
        #expect(try Self.put(daemon, #"{"position":1}"#, name: "orders.99").status == 200)
        let byAdmin = try Self.put(daemon, #"{"position":0}"#, name: "orders.100", as: "ops")
        #expect(byAdmin.status == 201)
    }

    @Test(arguments: [".a", "_a", "-a", "."])
    func `a name begins with a letter or a digit`(name: String) throws {
        let daemon = try Self.daemon(head: 1)
        let response = try Self.put(daemon, #"{"position":0}"#, name: name, as: "ops")
        check(response, 400, "invalid-parameter", field: "name")
        let listed = try daemon.get("/v1/transitions?consumer=\(name)")
        check(listed, 400, "invalid-parameter", field: "consumer")
    }

    @Test func `they are listed by name in pages`() throws {
        let daemon = try Self.daemon(head: 1)
        let empty = try daemon.get("/v1/consumers").json
        #expect(empty.names == ["consumers", "next", "more"])
        #expect(empty["next"].text == "")
        #expect(try daemon.get("/v1/consumers?after=").json == empty)
        for name in ["c", "a", "b.1", "B"] {
            #expect(
                try Self.put(daemon, #"{"position":1}"#, name: name, as: "ops").status == 201
            )
        }
        var names: [String?] = []
        var query = "limit=2"
        for isLast in [false, true] {
            let page = try daemon.get("/v1/consumers?\(query)", as: "orders").json
            names += page["consumers"].items.map { $0["name"].text }
            #expect(page["consumers"].items.allSatisfy { $0["lag"].integer == 0 })
            #expect(page["more"].bool == !isLast)
            query = "limit=2&after=\(page["next"].text ?? "")"
        }
        #expect(names == ["B", "a", "b.1", "c"])
        #expect(try daemon.get("/v1/consumers?\(query)").json["next"].text == "c")
    }
}
