import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Row 10: an X-EXTERNAL-ID belongs to the first callback under it, on one Jakarta day.
@Suite(.onSQLite) struct ExternalIDOwnersTests {
    /// 2026-11-23T00:00:00+07:00.
    private static let midnight: Int64 = 1_795_366_800_000

    /// Delivers a success of `payment` under the id `E` at `milliseconds` from midnight.
    private func deliver(
        _ test: TestStore,
        _ payment: Int,
        at milliseconds: Int64,
        id: String = "E"
    ) async throws -> CallbackOutcome {
        try await test.deliver {
            $0.partner = "PAY-\(payment)"
            $0.reference = "TRX-\(payment)"
            $0.externalID = id
            $0.received = Self.midnight + milliseconds
        }.outcome
    }

    private func store() async throws -> TestStore {
        try await TestStore(clock: TestClock(Self.midnight))
    }

    @Test func `an id is free again at midnight in Jakarta`() async throws {
        let test = try await store()
        #expect(try await deliver(test, 1, at: -2) == .applied)
        #expect(try await deliver(test, 2, at: -1) == .conflict)
        #expect(try await deliver(test, 3, at: 0) == .applied)
        #expect(try await deliver(test, 4, at: 1) == .conflict)
    }

    @Test func `callbacks out of order around midnight keep both days' ids`() async throws {
        let test = try await store()
        #expect(try await deliver(test, 1, at: 0) == .applied)
        #expect(try await deliver(test, 2, at: -1, id: "F") == .applied)
        #expect(try await deliver(test, 3, at: 1) == .conflict)
        #expect(try await deliver(test, 4, at: -1, id: "F") == .conflict)
    }

    @Test func `of three days the two used last are kept`() async throws {
        let day: Int64 = 86_400_000
        let test = try await store()
        for (payment, offset) in [(1, day), (2, 0), (3, 2 * day)] as [(Int, Int64)] {
            #expect(try await deliver(test, payment, at: offset) == .applied)
        }
        #expect(try await deliver(test, 4, at: 0) == .conflict)
        #expect(try await deliver(test, 5, at: 3 * day - 1) == .conflict)
        #expect(try await deliver(test, 6, at: day) == .applied)
    }

    /// Judges a success of `payment` that was kept `milliseconds` from midnight again.
    private func replayRequest(
        _ id: CallbackID,
        _ payment: Int,
        at milliseconds: Int64
    ) throws -> ReplayRequest {
        let delivery = try TestDelivery {
            $0.partner = "PAY-\(payment)"
            $0.reference = "TRX-\(payment)"
            $0.externalID = "P"
            $0.received = Self.midnight + milliseconds
        }.delivery
        return ReplayRequest(callbackID: id, delivery: delivery)
    }

    @Test(arguments: [false, true])
    func `a replay of several past days leaves today's ids in memory`(isDryRun: Bool) async throws {
        let day: Int64 = 86_400_000
        let test = try await store()
        var requests: [ReplayRequest] = []
        for (payment, offset) in [(1, -3 * day), (2, -2 * day), (3, -day)] as [(Int, Int64)] {
            #expect(try await deliver(test, payment, at: offset, id: "P") == .applied)
            requests.append(try replayRequest(Int64(payment), payment, at: offset))
        }
        #expect(try await deliver(test, 4, at: 0) == .applied)
        _ = try await test.store.replay(requests, isDryRun: isDryRun)
        #expect(try await deliver(test, 5, at: 1) == .conflict)
    }

    @Test func `the first callback of a day may be a replayed one`() async throws {
        let day: Int64 = 86_400_000
        let test = try await store()
        #expect(try await deliver(test, 1, at: 0) == .applied)
        let refused = try replayRequest(1_000, 2, at: day)
        #expect(try await test.store.replay([refused], isDryRun: false).first?.after == .applied)
        #expect(try await deliver(test, 3, at: day + 1, id: "P") == .conflict)
    }

    @Test func `after a restart the day's ids have their owners, and older ones have none`()
        async throws
    {
        var test = try await store()
        #expect(try await deliver(test, 1, at: -1) == .applied)
        #expect(try await deliver(test, 2, at: 0, id: "F") == .applied)
        test = try await test.reopened { $0.confirmWithQuery = .never }
        #expect(try await deliver(test, 3, at: 10) == .applied)
        #expect(try await deliver(test, 4, at: 10, id: "F") == .conflict)
    }

    @Test func `an id out of order around midnight is found after a restart`() async throws {
        var test = try await store()
        #expect(try await deliver(test, 1, at: 0) == .applied)
        #expect(try await deliver(test, 2, at: -1, id: "F") == .applied)
        test = try await test.reopened { $0.confirmWithQuery = .never }
        #expect(try await deliver(test, 3, at: 10) == .conflict)
    }

    @Test func `only a callback answered 2005600 owns its id`() async throws {
        let test = try await store()
        try await test.deliver {
            $0.status = .pending
            $0.externalID = "other"
        }
        let mismatch = try await test.deliver {
            $0.sen = 5
            $0.externalID = "E"
        }
        #expect(mismatch.response == .invalidAmount)
        #expect(try await deliver(test, 2, at: 1) == .applied)
        #expect(try await deliver(test, 3, at: 1) == .conflict)
    }

    @Test func `a callback that is accepted later does not take an id that has an owner`()
        async throws
    {
        let test = try await store()
        try await test.deliver {
            ($0.status, $0.externalID) = (.pending, "other")
        }
        try await test.deliver {
            ($0.sen, $0.externalID) = (5, "E")
        }
        #expect(try await deliver(test, 2, at: 1) == .applied)
        let decision = OperatorDecision(note: "", name: "ops", accept: .success)
        guard case .done = try await test.store.resolve(1, decision) else {
            Issue.record("the mismatch is not accepted")
            return
        }
        let again = try await test.deliver {
            ($0.partner, $0.reference, $0.externalID) = ("PAY-2", "TRX-2", "E")
            $0.salt = "again"
        }
        #expect(again.outcome == .duplicate, "the id is still the second payment's")
    }

    @Test func `ids are compared as text, not as hashes, and a missing one conflicts with nothing`()
        async throws
    {
        let test = try await store()
        for payment in 1...2 {
            let judgement = try await test.deliver {
                $0.partner = "PAY-\(payment)"
                $0.reference = "TRX-\(payment)"
                $0.externalID = nil
            }
            #expect(judgement.outcome == .applied)
        }
        #expect(try await deliver(test, 3, at: 0, id: "e") == .applied)
        #expect(try await deliver(test, 4, at: 0, id: "E") == .applied)
    }
}
