import Foundation
import Support
import Testing

/// At least once, in order, whoever crashes: the daemon, the consumer, or both.
@Suite(.blocking)
struct ConsumerLoopTests {
    /// Transitions in all; `scripts/consumer-loop` asks for more.
    private static let transitionCount =
        ProcessInfo.processInfo.environment["CONSUMER_TRANSITIONS"].flatMap { Int($0) } ?? 1_000

    /// The same seed ends the daemon after the same numbers of answers, and in the same ways.
    private static let seed =
        ProcessInfo.processInfo.environment["CONSUMER_SEED"].flatMap { UInt64($0) } ?? 20_261_122

    /// Transitions between two ends of the daemon, on average.
    private static let roundCount = 250

    @Test func `a consumer that crashes and resumes sees every transition, in order`() throws {
        let workspace = try Workspace()
        let consumer = FeedConsumer("orders", seed: Self.seed)
        var random = SeededGenerator(seed: Self.seed)
        var answered: [Callback] = []
        while answered.count < Self.transitionCount {
            let daemon = try Daemon(in: workspace)
            consumer.start(daemon)
            let load = try Load(on: daemon, clientCount: 4)
            let left = Self.transitionCount - answered.count
            let count = min(Int.random(in: 1...(2 * Self.roundCount), using: &random), left)
            #expect(load.waitUntilAnswered(count))
            if Bool.random(using: &random) {
                try daemon.kill()
            } else {
                #expect(try daemon.stop() == .exited(0))
            }
            let result = try #require(load.end())
            #expect(result.unexpected.isEmpty)
            answered += result.answered
            #expect(consumer.end() == nil)
        }
        let daemon = try Daemon(in: workspace)
        let feed = try daemon.feed()
        consumer.start(daemon, until: feed.count)
        #expect(consumer.end(withinSeconds: 4 * Patience.seconds) == nil)
        try Self.check(consumer.lives, feed)
        #expect(consumer.crashCount > 0)
        #expect(Set(answered.map(\.merchant)).subtracting(feed.compactMap(\.merchant)).isEmpty)
        let stored = try daemon.get("/v1/consumers/orders").json
        #expect(stored["position"].integer == feed.count)
        #expect(stored["lag"].integer == 0)
    }

    /// Each life got a part of the feed without a gap, and began no later than all before it had
    /// come; together they got all of it.
    private static func check(_ lives: [FeedConsumer.Life], _ feed: [JSON]) throws {
        var reached = 0
        for life in lives where !life.isEmpty {
            let first = try #require(life[0]["sequence"].integer)
            #expect(first <= reached + 1)
            let last = first + life.count - 1
            try #require(first >= 1 && last <= feed.count)
            #expect(life == Array(feed[(first - 1)..<last]))
            reached = max(reached, last)
        }
        #expect(reached == feed.count)
    }
}

extension JSON {
    fileprivate var merchant: String? { self["partnerReferenceNo"].text }
}
