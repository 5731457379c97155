import FoundationEssentials
import Glibc
import Ledger
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Random events of all kinds, given to a store and to a ``StoreMirror``: what they come to and
/// what is stored must be the same.
///
/// `MIRROR_SEED` runs another first seed, `MIRROR_SEEDS` and `MIRROR_EVENTS` another number of
/// seeds, and of events for each.
@Suite struct StoreMirrorTests {
    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    private static let eventsMax = number("MIRROR_EVENTS") ?? 500
    private static let seeds: [UInt64] = {
        let first = UInt64(number("MIRROR_SEED") ?? 1)
        return (0..<UInt64(number("MIRROR_SEEDS") ?? 20)).map { first + $0 }
    }()

    @Test(arguments: seeds)
    func `the store comes to what the ledger over everything comes to`(seed: UInt64) async throws {
        var source = StoreMirrorSource(seed: seed)
        let jitter = Jitter(seed: seed)
        var policy = source.policy()
        var mirror = StoreMirror(policy, jitter)
        var test = try await TestStore(jitter: jitter) { $0 = policy }
        var count = 0
        var compared = 0
        var last = ""
        while count < Self.eventsMax {
            source.pass(test.clock)
            let events = try await source.next(test, mirror)
            let outcomes = try await Self.send(events, to: test.store)
            for (event, outcome) in zip(events, outcomes) {
                count += 1
                last = "seed \(seed), event \(count): \(event.summary)"
                let id = Self.newID(outcome)
                let expected = mirror.run(event, now: test.clock.now, numbered: id)
                try #require(outcome == expected, "\(last)")
                source.record(event, outcome)
            }
            let isRestart = source.chance(2)
            if source.chance(2) {
                policy = source.policy()
                mirror.policy = policy
                test.store.reconfigure(policy: policy, rejectedKept: 100)
            }
            if isRestart {
                await test.store.close()
                test = try await TestStore(
                    in: test.directory,
                    at: test.address,
                    clock: test.clock,
                    jitter: jitter
                ) { $0 = policy }
                mirror.restart(
                    now: test.clock.now,
                    areNumbersStored: TestDatabase.isPostgreSQL
                )
            }
            guard isRestart || count - compared >= Self.interval else { continue }
            compared = count
            let comparison = try await StoreMirrorComparison(test, mirror)
            let found = comparison.differences
            try #require(found.isEmpty, "after \(last):\n\(found.joined(separator: "\n"))")
        }
        await test.store.close()
    }

    /// Events from one comparison of everything to the next.
    private static let interval = number("MIRROR_INTERVAL") ?? 50

    private static func newID(_ outcome: MirrorOutcome) -> Int64? {
        guard case .judged(let judgement) = outcome, !judgement.isRedelivery else { return nil }
        return judgement.callbackID
    }

    /// Sends events in their order; several share one commit, which begins when all are there.
    private static func send(
        _ events: [MirrorEvent],
        to store: Store
    ) async throws -> [MirrorOutcome] {
        if events.count == 1 { return [try await events[0].send(to: store)] }
        let gate = Gate()
        let closed = Task.immediate {
            try await store.commit(LedgerScope()) { (_, _) throws(StoreError) in gate.wait() }
        }
        let tasks = events.map { event in
            Task.immediate { try await event.send(to: store) }
        }
        gate.open()
        try await closed.value
        var outcomes: [MirrorOutcome] = []
        for task in tasks { outcomes.append(try await task.value) }
        return outcomes
    }
}
