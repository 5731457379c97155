import Support
import Testing

/// Where the feed is read from, and what of it is shown.
@Suite(.blocking)
struct FeedPositionTests {
    private static func daemon(_ statuses: [String], in workspace: Workspace) throws -> Daemon {
        let daemon = try Daemon(in: workspace)
        for status in statuses {
            #expect(try daemon.post(Callback(status: status)).code == "2005600")
        }
        return daemon
    }

    private static func sequences(_ daemon: Daemon, _ query: String) throws -> [Int?] {
        try daemon.get("/v1/transitions?\(query)").json["transitions"].items
            .map { $0["sequence"].integer }
    }

    @Test func `a filter shows what it names, and next goes past the rest`() throws {
        let daemon = try Self.daemon(["00", "05", "03", "06", "00", "05"], in: Workspace())
        let rows = [
            ("to=success", [1, 5], 6, false), ("to=success&limit=1", [1], 4, true),
            ("to=success,failed&limit=2", [1, 4], 4, true),
            ("to=success&to=failed&limit=2", [1, 4], 4, true), ("to=refunded", [], 6, false),
            ("to=success&after=1&limit=1", [5], 6, false), ("to=pending&after=3", [], 6, false),
            ("to=pending,cancelled", [2, 3, 6], 6, false),
        ]
        for (query, sequences, next, more) in rows {
            let page = try daemon.get("/v1/transitions?\(query)").json
            #expect(
                page["transitions"].items.map { $0["sequence"].integer } == sequences,
                "\(query)"
            )
            #expect(page["next"].integer == next, "\(query)")
            #expect(page["more"].bool == more, "\(query)")
            #expect(page["head"].integer == 6, "\(query)")
        }
    }

    @Test func `a wait with a filter is not ended by what the filter leaves out`() throws {
        let daemon = try Self.daemon(["05"], in: Workspace())
        let waiting = try daemon.open("/v1/transitions?to=success&wait=55")
        for status in ["05", "03", "06"] {
            #expect(try daemon.post(Callback(status: status)).code == "2005600")
        }
        let paid = try Callback()
        #expect(try daemon.post(paid).code == "2005600")
        let page = try waiting.response().json
        #expect(page["transitions"].items.map { $0["sequence"].integer } == [5])
        #expect(page["transitions"][0]["partnerReferenceNo"].text == paid.merchant)
        #expect(page["next"].integer == 5)
        let late = try daemon.get("/v1/transitions?to=refunded&wait=1").json
        #expect(late["transitions"].items.isEmpty)
        #expect(late["next"].integer == 5, "what was skipped is not looked at again")
    }

    @Test func `a consumer goes on where it stands, after goes before it`() throws {
        let daemon = try Self.daemon(["00", "00", "00"], in: Workspace())
        check(
            try daemon.get("/v1/transitions?consumer=orders"),
            404,
            "consumer-not-found",
            field: "consumer"
        )
        #expect(try Self.sequences(daemon, "consumer=orders&after=2") == [3])
        #expect(try daemon.call("PUT", "/v1/consumers/orders", #"{"position":1}"#).status == 201)
        #expect(try Self.sequences(daemon, "consumer=orders") == [2, 3])
        #expect(try Self.sequences(daemon, "consumer=orders&after=0") == [1, 2, 3])
        #expect(try Self.sequences(daemon, "consumer=orders&after=latest").isEmpty)
        let source = try EventSource(daemon, "?consumer=orders")
        #expect(try source.next()?.id == "2")
        #expect(try EventSource(daemon, "?consumer=orders", lastEventID: "2").next()?.id == "3")
    }

    @Test func `a time stands for the first transition recorded at or after it`() throws {
        let daemon = try Self.daemon(["00", "00", "00"], in: Workspace())
        let entries = try daemon.feed()
        let times = entries.map { $0["recordedAt"].text ?? "" }
        let middle = entries.firstIndex { $0["recordedAt"].text == times[1] } ?? 0
        let rows: [(time: String, sequences: [Int])] = [
            ("2026-01-01", [1, 2, 3]), ("2026-01-01T00:00:00Z", [1, 2, 3]),
            (times[1], Array((middle + 1)...3)), ("2199-01-01", []),
        ]
        for (time, sequences) in rows {
            #expect(try Self.sequences(daemon, "recordedFrom=\(time)") == sequences, "\(time)")
            let moved = try daemon.call(
                "PUT",
                "/v1/consumers/orders",
                #"{"recordedFrom":"\#(time)","rewind":true}"#
            )
            #expect([200, 201].contains(moved.status))
            #expect(moved.json["lag"].integer == sequences.count, "\(time)")
            if let first = sequences.first {
                let source = try EventSource(daemon, "?recordedFrom=\(time)&consumer=nobody")
                #expect(try source.next()?.id == "\(first)", "\(time)")
            }
        }
        let page = try daemon.get("/v1/transitions?recordedFrom=2199-01-01").json
        #expect(page["next"].integer == 3)
        // A move to a time is a move like any other.
        let back = try daemon.call("PUT", "/v1/consumers/orders", #"{"recordedFrom":"2026-01-01"}"#)
        check(back, 409, "position-conflict", field: "position", members: ["current"])
    }

    @Test func `a time is one, and stands alone`() throws {
        let daemon = try Self.daemon(["00"], in: Workspace())
        for path in ["/v1/transitions", "/v1/transitions/stream"] {
            for query in [
                "recordedFrom=", "recordedFrom=1", "recordedFrom=yesterday",
                "recordedFrom=2026-02-30", "recordedFrom=2026-01-01&after=0",
                "recordedFrom=2026-01-01&after=latest",
            ] {
                let response = try daemon.get("\(path)?\(query)")
                check(response, 400, "invalid-parameter", field: "recordedFrom", "\(query)")
            }
        }
        for body in [
            #"{"recordedFrom":1}"#, #"{"recordedFrom":"x"}"#,
            #"{"recordedFrom":"2026-01-01","position":0}"#,
        ] {
            let response = try daemon.call("PUT", "/v1/consumers/orders", body)
            check(response, 400, "invalid-member", field: "recordedFrom", "\(body)")
        }
    }

    @Test func `a position before the oldest that is kept has expired`() throws {
        let workspace = try Workspace()
        let first = try Self.daemon(["00", "00", "00", "00", "00"], in: workspace)
        #expect(try first.call("PUT", "/v1/consumers/orders", #"{"position":1}"#).status == 201)
        #expect(try first.stop() == .exited(0))
        try workspace.runSQL("DELETE FROM transitions WHERE sequence <= 3")
        let daemon = try Daemon(in: workspace)
        let rows = [
            ("/v1/transitions", "after"), ("/v1/transitions?after=0", "after"),
            ("/v1/transitions?after=2", "after"), ("/v1/transitions?consumer=orders", "consumer"),
            ("/v1/transitions/stream?after=2", "after"),
            ("/v1/transitions?recordedFrom=2026-01-01", "recordedFrom"),
        ]
        for (target, field) in rows {
            let response = try daemon.get(target)
            check(
                response,
                410,
                "position-expired",
                field: field,
                members: ["oldest"],
                "\(target)"
            )
            #expect(response.json["oldest"].integer == 4)
        }
        #expect(try Self.sequences(daemon, "after=3") == [4, 5])
        #expect(try EventSource(daemon, "?after=3").next()?.id == "4")
    }

    @Test func `a position in another feed is not taken for one in this`() throws {
        let workspace = try Workspace()
        let first = try Self.daemon(["00", "00"], in: workspace)
        #expect(try first.call("PUT", "/v1/consumers/orders", #"{"position":2}"#).status == 201)
        #expect(try first.stop() == .exited(0))
        try workspace.runSQL("UPDATE meta SET value = 'new' WHERE key = 'feed'")
        let daemon = try Daemon(in: workspace)
        let response = try daemon.get("/v1/transitions?consumer=orders")
        check(response, 409, "feed-changed", field: "consumer")
        let consumer = try daemon.get("/v1/consumers/orders").json
        #expect(consumer["feed"].text != "new")
        #expect(consumer["lag"] == .null)
        let moved = try daemon.call(
            "PUT",
            "/v1/consumers/orders",
            #"{"position":1,"expected":0,"feed":"new"}"#
        )
        #expect(moved.status == 200)
        #expect(moved.json["feed"].text == "new")
        #expect(moved.json["lag"].integer == 1)
        #expect(try Self.sequences(daemon, "consumer=orders") == [2])
    }
}
