import Foundation
import Glibc
import Support
import Testing

/// Many who wait for the feed at once: they cost nothing, hold nothing, and all wake.
@Suite(.blocking)
struct WaitingConsumersTests {
    /// Half of them poll, half of them stream.
    private struct Waiting {
        let polls: [RawClient]
        let streams: [EventSource]

        init(_ daemon: Daemon, count: Int) throws {
            polls = try (0..<count / 2).map { _ in
                try daemon.open("/v1/transitions?after=latest&wait=55")
            }
            streams = try (0..<count / 2).map { _ in try EventSource(daemon, "?after=latest") }
            // The ones before have been read by now; this one takes a second.
            _ = try daemon.get("/v1/transitions?after=latest&wait=1")
        }
    }

    /// Seconds of CPU that a process has used, in all its threads.
    private static func cpuSeconds(of process: ChildProcess) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process.id)/stat", encoding: .utf8)
        // The name of the program stands in parentheses and may hold anything.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        let ticks = (Double(fields[12]) ?? 0) + (Double(fields[13]) ?? 0)
        return ticks / Double(sysconf(CInt(_SC_CLK_TCK)))
    }

    @Test func `two hundred who wait use no CPU and hold no read, and one commit wakes all`()
        throws
    {
        let daemon = try Daemon(in: Workspace())
        #expect(try daemon.post(Callback()).code == "2005600")
        let waiting = try Waiting(daemon, count: 200)
        let before = try Self.cpuSeconds(of: daemon.process)
        // Nothing happens for two seconds.
        _ = try daemon.get("/v1/transitions?after=latest&wait=2")
        let used = try Self.cpuSeconds(of: daemon.process) - before
        #expect(used < 0.3, "whoever polled a flag would have used two seconds")

        // busy, pages in the log, pages taken over: with a reader in the way the log stays.
        if !TestDatabase.isPostgreSQL {
            let checkpoint = try daemon.workspace.runSQL(
                "PRAGMA wal_checkpoint(TRUNCATE)",
                columnCount: 3
            )
            #expect(checkpoint == ["0|0|0"])
        }

        let paid = try Callback()
        #expect(try daemon.post(paid).code == "2005600")
        for poll in waiting.polls {
            let page = try poll.response().json
            #expect(
                page["transitions"].items.map { $0["partnerReferenceNo"].text } == [paid.merchant]
            )
        }
        for stream in waiting.streams { #expect(try stream.next()?.id == "2") }
        #expect(waiting.streams.allSatisfy { $0.commentCount == 0 })
    }

    @Test(arguments: ["/v1/transitions?after=latest&wait=55", "/v1/transactions/NONE?wait=55"])
    func `a client that breaks off while it waits costs nothing`(target: String) throws {
        let daemon = try Daemon(in: Workspace())
        try Self.breakOff(target, on: daemon)
        // Its wait is over at once.
        let before = try Self.cpuSeconds(of: daemon.process)
        _ = try daemon.get("/v1/transitions?after=latest&wait=2")
        let used = try Self.cpuSeconds(of: daemon.process) - before
        #expect(used < 0.3, "whoever went on waiting for it would have used two seconds")
        #expect(try Self.waiterCount(of: daemon) == 0)
    }

    /// Begins to wait, and resets the connection: it is closed with an answer unread.
    private static func breakOff(_ target: String, on daemon: Daemon) throws {
        let secret = daemon.workspace.tokens["ops"] ?? ""
        var text = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n"
        text += "GET \(target) HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(secret)\r\n\r\n"
        let client = try RawClient(daemon.internalEndpoint)
        try client.send(text)
        for _ in 0..<1_000 where try waiterCount(of: daemon) == 0 { usleep(5_000) }
    }

    @Test(arguments: ["/v1/transitions?after=latest&wait=55", "/v1/transactions/NONE?wait=55"])
    func `a client that ends its side while it waits is answered at once`(
        target: String
    ) throws {
        let daemon = try Daemon(
            in: Workspace(),
            set: ["internal.limits={requestsInFlight:1}"]
        )
        for isAtOnce in [true, false] {
            let client = try daemon.open(target)
            if !isAtOnce { try Self.settle(daemon, waiterCount: 1) }
            client.endSending()
            // Had it waited on, the answer would come after 55 s: later than the test waits.
            #expect([200, 404].contains(try client.response().status))
            #expect(try client.isEnded())
            try Self.settle(daemon, waiterCount: 0)
            #expect(try daemon.get("/v1/transitions").status == 200, "its room is free")
        }
        let stream = try daemon.open("/v1/transitions/stream")
        _ = try stream.responseHead()
        stream.endSending()
        while try stream.chunk() != nil {}
        #expect(try stream.isEnded())
    }

    /// Waits until so many wait.
    private static func settle(_ daemon: Daemon, waiterCount count: Int) throws {
        for _ in 0..<1_000 where try waiterCount(of: daemon) != count { usleep(5_000) }
        #expect(try waiterCount(of: daemon) == count)
    }

    private static func waiterCount(of daemon: Daemon) throws -> Int? {
        try daemon.get("/metrics").text.split(separator: "\n")
            .first { $0.hasPrefix("cashin_feed_waiters ") }
            .flatMap { Int($0.split(separator: " ")[1]) }
    }

    @Test(.onSQLite) func `those who follow the head cause no read of the database`() throws {
        let daemon = try Daemon(in: Workspace())
        #expect(try daemon.post(Callback()).code == "2005600")
        let before = try Self.feedReadCount(of: daemon)
        let streams = try ["", "?after=latest", "?after=1&to=success"].map {
            try EventSource(daemon, $0)
        }
        #expect(try streams[0].next()?.id == "1")
        var position = 1
        for _ in 0..<10 {
            let polls = try ["", "&to=success"].map {
                try daemon.open("/v1/transitions?after=\(position)&wait=55\($0)")
            }
            #expect(try daemon.post(Callback()).code == "2005600")
            position += 1
            for poll in polls {
                let page = try poll.response().json
                #expect(page["transitions"].items.map { $0["sequence"].integer } == [position])
                #expect(page["next"].integer == position)
            }
            for stream in streams { #expect(try stream.next()?.id == "\(position)") }
        }
        #expect(try daemon.feed().count == 11)
        #expect(try Self.feedReadCount(of: daemon) == before)
    }

    private static func feedReadCount(of daemon: Daemon) throws -> Int {
        let line = try daemon.get("/metrics").text.split(separator: "\n")
            .first { $0.hasPrefix("cashin_feed_reads_total ") }
        return try #require(line.flatMap { Int($0.split(separator: " ")[1]) })
    }

    @Test func `waiting consumers do not make the receiver look dead`() throws {
        let daemon = try Daemon(
            in: Workspace(),
            set: ["internal.limits={requestsInFlight:2}"]
        )
        let waiting = try (0..<2).map { _ in
            try daemon.open("/v1/transitions?after=latest&wait=55")
        }
        for _ in 0..<1_000 where try Self.waiterCount(of: daemon) != 2 { usleep(5_000) }
        #expect(try daemon.get("/v1/transitions").status == 503)
        for target in ["/healthz", "/readyz", "/metrics", "/openapi.json"] {
            #expect(try daemon.get(target).status == 200, "\(target)")
        }
        #expect(try daemon.post(Callback()).code == "2005600")
        for client in waiting { #expect(try client.response().status == 200) }
    }

    @Test func `they are woken by each of many commits, and miss none`() throws {
        let daemon = try Daemon(in: Workspace())
        let streams = try (0..<50).map { try EventSource(daemon, $0 < 25 ? "" : "?to=success") }
        for count in 1...40 {
            #expect(
                try daemon.post(Callback(status: count.isMultiple(of: 2) ? "00" : "05")).code
                    == "2005600"
            )
        }
        let even = (1...20).map { "\($0 * 2)" }
        for (index, stream) in streams.enumerated() {
            let expected = index < 25 ? (1...40).map { "\($0)" } : even
            #expect(try expected.map { _ in try stream.next()?.id } == expected)
        }
    }
}
