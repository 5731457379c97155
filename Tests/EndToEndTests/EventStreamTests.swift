import Support
import Testing

/// `GET /v1/transitions/stream`: the feed as server-sent events.
@Suite(.blocking)
struct EventStreamTests {
    /// A daemon whose feed has one payment for each status.
    private static func daemon(
        _ statuses: [String] = [],
        set: [String] = []
    ) throws -> Daemon {
        let daemon = try Daemon(in: Workspace(), set: set)
        for status in statuses {
            #expect(try daemon.post(Callback(status: status)).code == "2005600")
        }
        return daemon
    }

    @Test func `a stream has the entries of the list, then what comes`() throws {
        let daemon = try Self.daemon(["00", "05"])
        let source = try EventSource(daemon, as: "orders")
        #expect(source.head.status == 200)
        #expect(source.head.version == "HTTP/1.1")
        #expect(source.head["Content-Type"] == "text/event-stream")
        #expect(source.head["Cache-Control"] == "no-store")
        #expect(source.head["X-Accel-Buffering"] == "no")
        #expect(source.head["Transfer-Encoding"] == "chunked")
        let list = try daemon.feed()
        for entry in list {
            let event = try #require(try source.next())
            #expect(event.name == "transition")
            #expect(event.id == "\(entry["sequence"].integer ?? 0)")
            #expect(event.json == entry)
        }
        #expect(source.retry == 2000)
        for id in ["3", "4"] {
            #expect(try daemon.post(Callback()).code == "2005600")
            #expect(try source.next()?.id == id)
        }
        #expect(source.commentCount == 0)
        #expect(source.emptyEventCount == 0)
    }

    @Test func `the first event names the feed and its head, and has no id`() throws {
        let daemon = try Self.daemon(["00", "05"])
        let feed = try daemon.get("/v1/transitions").json["feed"].text ?? ""
        for query in ["", "?after=latest", "?after=1&to=success"] {
            let source = try EventSource(daemon, query, lastEventID: query.isEmpty ? "0" : nil)
            if query != "?after=1&to=success" {
                #expect(try daemon.post(Callback()).code == "2005600")
            }
            _ = try source.next()
            let first = try #require(source.feeds.first)
            #expect(first.json.names == ["feed", "head"])
            #expect(first.json["feed"].text == feed)
            #expect(first.json["head"].integer ?? 0 >= 2)
            #expect(first.id.isEmpty)
        }
    }

    @Test func `the framing is as the standard has it, byte for byte`() throws {
        let daemon = try Self.daemon(["00"])
        let client = try daemon.open("/v1/transitions/stream")
        _ = try client.responseHead()
        let feed = try daemon.get("/v1/transitions").json["feed"].text ?? ""
        let start = "retry: 2000\nevent: feed\ndata: {\"feed\":\"\(feed)\",\"head\":1}\n\n"
        #expect(try client.chunk() == Array(start.utf8))
        let text = String(decoding: try #require(try client.chunk()), as: UTF8.self)
        let match = try #require(
            text.wholeMatch(of: /event: transition\nid: 1\ndata: (\{[^\n]*\})\n\n/)
        )
        #expect(try JSON(Array(match.1.utf8)) == #require(try daemon.feed().first))
    }

    @Test func `it begins where it is told, the header before the parameter`() throws {
        let daemon = try Self.daemon(["00", "00", "00"])
        let rows: [(query: String, header: String?, first: String)] = [
            ("?after=0", nil, "1"), ("?after=2", nil, "3"), ("?after=2", "1", "2"),
            ("?after=latest", "0", "1"), ("", "2", "3"), ("?after=1", "", "2"), ("", "", "1"),
            ("?recordedFrom=2026-01-01", "1", "2"), ("?recordedFrom=2026-01-01", "", "1"),
        ]
        for (query, header, first) in rows {
            let source = try EventSource(daemon, query, lastEventID: header)
            #expect(try source.next()?.id == first, "\(query) \(header ?? "")")
        }
        let latest = try EventSource(daemon, "?after=latest")
        #expect(try daemon.post(Callback()).code == "2005600")
        #expect(try latest.next()?.id == "4")
    }

    @Test func `a client that comes again with the last id misses and repeats nothing`() throws {
        let daemon = try Self.daemon()
        var seen: [String] = []
        var lastEventID: String?
        for round in 0..<5 {
            let source = try EventSource(daemon, "?after=0", lastEventID: lastEventID)
            for _ in 0...round {
                #expect(try daemon.post(Callback()).code == "2005600")
                seen.append(try #require(try source.next()).id)
            }
            lastEventID = source.lastEventID
            // One more, that only the next connection gets to read.
            #expect(try daemon.post(Callback()).code == "2005600")
            if round < 4 { continue }
            seen.append(try #require(try source.next()).id)
        }
        let head = try daemon.get("/v1/transitions?after=latest").json["head"].integer ?? 0
        #expect(seen.count == head - 4)
        #expect(Set(seen).count == seen.count)
    }

    @Test func `a filter sends only what it names, and still knows where to resume`() throws {
        let daemon = try Self.daemon(["00", "05", "03", "06", "00", "05"])
        let source = try EventSource(daemon, "?to=success,failed")
        #expect(try (0..<3).map { _ in try source.next()?.id } == ["1", "4", "5"])
        // The place behind what was skipped is told at the latest when the stream ends.
        #expect(try daemon.stop() == .exited(0))
        #expect(try source.next() == nil)
        #expect(source.lastEventID == "6")
        #expect(source.feeds.last?.json["head"].integer == 6)
        #expect(source.emptyEventCount == 0)
    }

    @Test func `what is wrong is a problem before the stream begins`() throws {
        let daemon = try Self.daemon(["00"])
        let path = "/v1/transitions/stream"
        check(try daemon.get("\(path)?after=2"), 409, "position-ahead", field: "after")
        check(try daemon.get("\(path)?feed=x"), 409, "feed-changed", field: "feed")
        check(try daemon.get("\(path)?to=paid"), 400, "invalid-parameter", field: "to")
        check(try daemon.get(path, as: "auditor"), 403, "forbidden")
        check(try daemon.get(path, as: nil), 401, "unauthorized")
        check(
            try daemon.get("\(path)?consumer=nobody"),
            404,
            "consumer-not-found",
            field: "consumer"
        )
        for value in ["x", "-1", "+1", "1.0", "9223372036854775808", "1 2"] {
            let answer = try daemon.open(path, [("Last-Event-ID", value)]).response()
            check(answer, 400, "invalid-parameter", field: "Last-Event-ID", "\(value)")
        }
        let twice = [WireRequest.Field("Last-Event-ID", "1"), ("last-event-id", "1")]
        let answer = try daemon.open(path, twice).response()
        check(answer, 400, "invalid-parameter", field: "Last-Event-ID")
        let ahead = try daemon.open(path, [("Last-Event-ID", "2")]).response()
        check(ahead, 409, "position-ahead", field: "Last-Event-ID")
    }

    @Test func `HEAD has the head alone, and the connection goes on`() throws {
        let daemon = try Self.daemon(["00"])
        let client = try RawClient(daemon.internalEndpoint)
        let request = daemon.internalRequest("HEAD", "/v1/transitions/stream")
        for _ in 1...2 {
            let head = try client.exchange(request.bytes, isHEAD: true)
            #expect(head.status == 200)
            #expect(head["Content-Type"] == "text/event-stream")
            #expect(head["Content-Length"] == nil)
        }
        let list = daemon.internalRequest("GET", "/v1/transitions")
        #expect(try client.exchange(list.bytes).json["head"].integer == 1)
    }

    @Test func `an HTTP 1.0 client gets it too, ended by the connection`() throws {
        let daemon = try Self.daemon(["00"])
        let client = try RawClient(daemon.internalEndpoint)
        var request = daemon.internalRequest("GET", "/v1/transitions/stream")
        request.version = "HTTP/1.0"
        try client.send(request.bytes)
        let head = try client.responseHead()
        #expect(head["Transfer-Encoding"] == nil)
        #expect(head["Connection"] == "close")
        let entry = try #require(try daemon.feed().first)
        #expect(try daemon.stop() == .exited(0))
        let text = String(decoding: try client.receiveUntilEnd(), as: UTF8.self)
        #expect(text.hasPrefix("retry: 2000\nevent: feed\ndata: {"))
        let data = try #require(text.firstMatch(of: /event: transition\nid: 1\ndata: (.*)\n/)).1
        #expect(JSON(Array(data.utf8)) == entry)
    }

    @Test func `streams end properly and at once when the daemon is stopped`() throws {
        let daemon = try Self.daemon(["00"])
        let sources = try ["", "?after=latest", "?to=refunded"].map { try EventSource(daemon, $0) }
        #expect(try sources[0].next()?.id == "1")
        let started = ContinuousClock.now
        #expect(try daemon.stop() == .exited(0))
        #expect(ContinuousClock.now - started < .seconds(9))
        for source in sources { #expect(try source.next() == nil) }
    }

    @Test func `a client that goes frees its place`() throws {
        let daemon = try Self.daemon(set: ["internal.limits={requestsInFlight: 2}"])
        var sources = try (0..<2).map { _ in try EventSource(daemon) }
        let refused = try daemon.get("/v1/transitions")
        check(refused, 503, "overloaded")
        #expect(refused["Retry-After"] == "1")
        for count in 1...4 {
            sources.removeFirst()
            // A write that finds nobody is what tells; it takes a commit, or the next comment.
            let deadline = ContinuousClock.now + .seconds(Int(Patience.seconds))
            while try daemon.get("/v1/transitions").status == 503, .now < deadline {
                #expect(try daemon.post(Callback()).code == "2005600")
            }
            #expect(try daemon.get("/v1/transitions").status == 200, "\(count)")
            sources.append(try EventSource(daemon, "?after=latest"))
            #expect(sources.last?.head.status == 200)
        }
    }

    @Test func `a client that does not read holds up nobody, and reads all in the end`() throws {
        let daemon = try Self.daemon()
        let slow = try EventSource(daemon)
        let quick = try EventSource(daemon)
        for id in 1...200 {
            #expect(try daemon.post(Callback()).code == "2005600")
            #expect(try quick.next()?.id == "\(id)")
        }
        for id in 1...200 { #expect(try slow.next()?.id == "\(id)") }
    }
}
