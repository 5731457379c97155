import APIModel
import Payments
import Support
import Testing

@testable import InternalAPI
@testable import Store

/// The feed as server-sent events, without a server.
@Suite(.timeLimit(.minutes(10))) struct FeedStreamTests {
    private let feed: SmallFeed

    init() async throws { feed = try await SmallFeed() }

    /// A stream that runs, and what it writes.
    private struct Running {
        let task: Task<Void, Never>
        var writes: AsyncStream<String>.Iterator

        /// What is written next; nil at the end.
        mutating func next() async -> String? { await writes.next(isolation: #isolation) }
    }

    private func run(
        after: Int64 = 0,
        statuses: Set<TransactionStatus>? = nil,
        idleSeconds: Int = 100,
        writesMax: Int = .max
    ) -> Running {
        let stream = FeedStream(
            store: feed.store,
            query: FeedQuery(after: after, statuses: statuses),
            idleSeconds: idleSeconds
        )
        let (writes, continuation) = AsyncStream.makeStream(of: String.self)
        let task = Task {
            let count = Counter()
            await stream.run { bytes in
                continuation.yield(String(decoding: bytes, as: UTF8.self))
                return await count.next() < writesMax
            }
            continuation.finish()
        }
        return Running(task: task, writes: writes.makeAsyncIterator())
    }

    private actor Counter {
        private var count = 0

        func next() -> Int {
            count += 1
            return count
        }
    }

    /// The ids of the events in a text, and whether each has everything it should.
    private func ids(_ text: String?) -> [String] {
        let events = (text ?? "").split(separator: "\n\n")
        return events.map { event in
            let lines = event.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines.first == "event: transition")
            #expect(lines.last?.hasPrefix("data: {") == true)
            return String(lines.dropFirst().first?.dropFirst("id: ".count) ?? "")
        }
    }

    /// What says that the feed was read up to its newest transition.
    private func place(_ head: Int64) -> String {
        "event: feed\nid: \(head)\n"
            + "data: {\"feed\":\"\(feed.store.feed)\",\"head\":\(head)}\n\n"
    }

    @Test func `what is there is sent at once, and what comes when it comes`() async throws {
        try await feed.add([.success, .cancelled])
        var running = run()
        #expect(ids(await running.next()) == ["1", "2"])
        for id in 3...5 {
            try await feed.add([.success])
            #expect(ids(await running.next()) == ["\(id)"])
        }
        running.task.cancel()
        #expect(await running.next() == nil)
    }

    @Test func `more than one batch is sent without a wait between`() async throws {
        try await feed.add(Array(repeating: .success, count: 250))
        var running = run(after: 10)
        var found: [String] = []
        while found.count < 240 { found += ids(await running.next()) }
        #expect(found == (11...250).map { "\($0)" })
        running.task.cancel()
    }

    @Test func `an event is one line of the JSON that the list has`() async throws {
        try await feed.add([.success])
        var running = run()
        let text = try #require(await running.next())
        let page = try await feed.store.reader.feed(FeedQuery(after: 0), limit: 1)
        let record = try #require(page.transitions.first)
        let data = String(decoding: JSON.encode(TransitionRepresentation(record)), as: UTF8.self)
        #expect(text == "event: transition\nid: 1\ndata: \(data)\n\n")
        running.task.cancel()
    }

    @Test func `who hears nothing for long is sent a comment`() async throws {
        var running = run(idleSeconds: 1)
        let clock = ContinuousClock()
        let started = clock.now
        #expect(await running.next() == ":\n")
        #expect(clock.now - started >= .seconds(1))
        #expect(await running.next() == ":\n")
        #expect(clock.now - started >= .seconds(2))
        running.task.cancel()
    }

    @Test func `what a filter skips is not sent, but its place is when nothing else comes`()
        async throws
    {
        try await feed.add([.success, .cancelled, .cancelled])
        var running = run(statuses: [.success], idleSeconds: 1)
        #expect(ids(await running.next()) == ["1"])
        #expect(await running.next() == place(3))
        #expect(await running.next() == ":\n", "told once")
        try await feed.add([.cancelled, .success])
        // Where the two commits lie a second apart, the place of the first is sent between them.
        var next = await running.next()
        while let text = next, !text.hasPrefix("event: transition") { next = await running.next() }
        #expect(ids(next) == ["5"])
        running.task.cancel()
    }

    @Test func `it ends when the program stops, telling the place`() async throws {
        try await feed.add([.success, .cancelled])
        var running = run(statuses: [.success])
        #expect(ids(await running.next()) == ["1"])
        feed.store.signal.close()
        #expect(await running.next() == place(2))
        #expect(await running.next() == nil)
        var late = run()
        #expect(ids(await late.next()) == ["1", "2"])
        #expect(await late.next() == nil)
    }

    @Test func `it ends when the client has gone, waiting or not`() async throws {
        try await feed.add(Array(repeating: .success, count: 250))
        var gone = run(writesMax: 1)
        #expect(await gone.next() != nil)
        #expect(await gone.next() == nil)
        var waiting = run(after: 250)
        await feed.reach(waiters: 1)
        waiting.task.cancel()
        #expect(await waiting.next() == nil)
        #expect(feed.store.signal.waiterCount == 0)
    }

    @Test func `it ends when the feed is cut off beyond what was sent`() async throws {
        try await feed.add([.success, .success, .success])
        var running = run(after: 1)
        #expect(ids(await running.next()) == ["2", "3"])
        await feed.reach(waiters: 1)
        try feed.execute(
            """
            UPDATE transitions SET sequence = 9 WHERE sequence = 3;
            DELETE FROM transitions WHERE sequence < 9;
            """
        )
        feed.store.signal.close()
        #expect(await running.next() == nil)
    }

    @Test func `it ends when the database cannot be read`() async throws {
        try await feed.add([.success])
        feed.store.window.forget(below: 2)
        try feed.execute("ALTER TABLE transitions RENAME TO gone")
        var running = run(after: 0)
        #expect(await running.next() == nil)
    }

    @Test func `at the head nothing is read, behind it what is not in memory`() async throws {
        var running = run()
        try await feed.add([.success, .cancelled])
        var found: [String] = []
        while found.count < 2 { found += ids(await running.next()) }
        #expect(feed.store.reader.feedReadCount == 0)

        feed.store.window.forget(below: 3)
        try await feed.add([.success])
        var late = run()
        var all: [String] = []
        while all.count < 3 { all += ids(await late.next()) }
        #expect(all == ["1", "2", "3"], "first what was read, then what is in memory")
        #expect(feed.store.reader.feedReadCount == 1)
        try await feed.add([.success])
        #expect(ids(await late.next()) == ["4"])
        while found.count < 4 { found += ids(await running.next()) }
        #expect(found == ["1", "2", "3", "4"])
        #expect(feed.store.reader.feedReadCount == 1)
        running.task.cancel()
        late.task.cancel()
    }
}
