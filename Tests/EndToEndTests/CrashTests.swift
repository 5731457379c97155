import Foundation
import Support
import Testing

/// The promise of a 2005600: killed at any moment, the daemon finds again what it has answered.
@Suite(.blocking)
struct CrashTests {
    /// Rounds of killing; `scripts/kill-loop` asks for more.
    private static let rounds =
        ProcessInfo.processInfo.environment["KILL_ROUNDS"].flatMap { Int($0) } ?? 4

    /// The same seed kills after the same numbers of answers.
    private static let seed =
        ProcessInfo.processInfo.environment["KILL_SEED"].flatMap { UInt64($0) } ?? 20_261_122

    @Test func `killed under load, it keeps what it answered exactly once, and the feed dense`()
        throws
    {
        let workspace = try Workspace()
        var random = SeededGenerator(seed: Self.seed)
        var answered: [Callback] = []
        var feed: [JSON] = []
        for round in 1...Self.rounds {
            let daemon = try Daemon(in: workspace)
            let found = try daemon.feed()
            #expect(
                Array(found.prefix(feed.count)) == feed,
                "round \(round): what was read changed"
            )
            try Self.check(found, answered, "round \(round)")

            let load = try Load(on: daemon, clientCount: 8)
            let count = Int.random(in: 1...120, using: &random)
            #expect(load.waitUntilAnswered(count / 2))
            // A consumer has read so far: none of it may ever change.
            feed = found + (try daemon.feed(after: found.count))
            #expect(load.waitUntilAnswered(count))
            try daemon.kill()
            let result = try #require(load.end())
            #expect(result.unexpected.isEmpty, "round \(round)")
            #expect(result.answered.count >= count)
            answered += result.answered
        }
        let daemon = try Daemon(in: workspace)
        try Self.check(daemon.feed(), answered, "the end")
        try Self.checkJournal(daemon, answered)
        #expect(try daemon.attention().isEmpty)
        #expect(try daemon.stop() == .exited(0))
    }

    /// The feed has numbers without a gap, every payment once, and all that were answered.
    private static func check(_ feed: [JSON], _ answered: [Callback], _ comment: Comment) throws {
        #expect(
            feed.map { $0["sequence"].integer }
                == Array(1...max(feed.count, 1)).prefix(feed.count).map { $0 },
            comment
        )
        let merchants = feed.compactMap { $0["partnerReferenceNo"].text }
        #expect(merchants.count == feed.count, comment)
        #expect(Set(merchants).count == merchants.count, comment)
        #expect(Set(answered.map(\.merchant)).subtracting(merchants).isEmpty, comment)
    }

    /// The journal has every callback once, and the feed's entries point to their own.
    private static func checkJournal(_ daemon: Daemon, _ answered: [Callback]) throws {
        var kept: [JSON] = []
        var query = "limit=1000"
        while true {
            let page = try daemon.get("/v1/callbacks?\(query)").json
            kept += page["callbacks"].items
            guard page["more"].bool == true, let next = page["next"].integer else { break }
            query = "limit=1000&after=\(next)"
        }
        let ids = kept.compactMap { $0["externalId"].text }
        #expect(Set(ids).count == ids.count)
        #expect(Set(answered.map(\.externalID)).subtracting(ids).isEmpty)
        #expect(kept.allSatisfy { $0["deliveries"]["count"].integer == 1 })
        let feed = try daemon.feed()
        #expect(kept.count == feed.count)
        let sequences = Dictionary(
            uniqueKeysWithValues: feed.map { ($0["externalId"].text, $0["sequence"]) }
        )
        #expect(kept.allSatisfy { $0["sequence"] == sequences[$0["externalId"].text] })
    }

    @Test func `a callback that was not answered before a kill is applied when it comes again`()
        throws
    {
        let workspace = try Workspace()
        let callback = try Callback()
        let first = try Daemon(in: workspace)
        let client = try first.connect()
        try client.send(callback.request().bytes)
        // Whether it was committed before the kill is left to chance: both must come out the same.
        try first.kill()
        let second = try Daemon(in: workspace)
        #expect(try second.post(callback).code == "2005600")
        #expect(try second.feed().map { $0["partnerReferenceNo"].text } == [callback.merchant])
        #expect(try second.callbacks().count == 1)
    }
}
