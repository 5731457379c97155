import Foundation
import Ledger
import Payments
import PostgreSQL
import Support
import Synchronization
import Testing

@testable import Store

/// What is not known to be on all disks is not acknowledged, and what was stored is not stored
/// twice.
@Suite(
    .serialized,
    .blocking,
    .timeLimit(.minutes(10)),
    .enabled(if: TestDatabase.isPostgreSQL, "PostgreSQL is not tested")
)
struct CommitTrapTests {
    @discardableResult
    private func run(
        _ connection: PostgreSQLConnection,
        _ sql: StaticString
    ) throws -> Int64? {
        try connection.run([Query(sql)], withinSeconds: 60)[0].rows.first?.integer(0)
    }

    // MARK: The connection breaks

    /// A write has some thousands of bytes each way, in three round trips.
    @Test(arguments: CuttingLink.Way.allCases)
    func `a connection that breaks anywhere in a write leaves nothing undecided`(
        way: CuttingLink.Way
    ) async throws {
        let cluster = try PostgreSQLCluster()
        let test = try await TestStore(at: cluster.address)
        var outcomes: [Bool] = []
        var number = 0
        for count in stride(from: 0, to: way == .toServer ? 60_000 : 20_000, by: 97) {
            if outcomes.suffix(3) == [true, true, true] { break }
            number += 1
            let link = try CuttingLink(to: cluster.socket)
            let cut = try await TestStore(
                at: "postgresql://cashin@127.0.0.1:\(link.port)/postgres?sslmode=disable"
            )
            let delivery = try TestDelivery { $0.setReferences(number) }.delivery
            link.cut(after: count, way)
            let result = await cut.deliver([delivery])[0]
            await cut.store.close()
            let again = try await test.deliver(delivery)
            // What was acknowledged was stored; what was not may have been.
            if case .success = result { #expect(again.isRedelivery, "cut after \(count)") }
            outcomes.append((try? result.get()) != nil)
        }
        #expect(outcomes.contains(false))
        #expect(outcomes.last == true, "a write ends before the last cut")
        let feed = try await test.feed()
        #expect(feed.map(\.sequence) == (1...Int64(number)).map { $0 })
        #expect(Set(feed.map(\.partnerReferenceNo)).count == number)
        await test.store.close()
    }

    // MARK: Other sessions

    @Test func `a session that has been reading for long delays no write`() async throws {
        let test = try await TestStore()
        try await test.deliver { $0.setReferences(1) }
        let address = try #require(test.address)
        let reader = try PostgreSQLConnection(address, withinSeconds: 10)
        let count: StaticString = "SELECT count(*) FROM cashin_receiver.transitions"
        try run(reader, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        #expect(try run(reader, count) == 1)
        for number in 2...20 { try await test.deliver { $0.setReferences(number) } }
        #expect(try await test.feed().map(\.sequence) == Array(1...20))
        #expect(try run(reader, count) == 1)
        await test.store.close()
    }

    @Test func `a session that keeps the ledger's row fails writes, and no read`() async throws {
        let test = try await TestStore()
        try await test.deliver { $0.setReferences(1) }
        let address = try #require(test.address)
        let session = try PostgreSQLConnection(address, withinSeconds: 10)
        try run(session, "BEGIN")
        try run(session, "SELECT 1 FROM cashin_receiver.ledger FOR UPDATE")
        let delivery = try TestDelivery { $0.setReferences(2) }.delivery
        let refused = await test.deliver([delivery])[0]
        let error = #expect(throws: StoreError.self) { try refused.get() }
        #expect(error?.kind == .locked, "\(error?.message ?? "")")
        #expect(try await test.feed().map(\.sequence) == [1])
        try run(session, "ROLLBACK")
        #expect(try await test.deliver(delivery).isRedelivery == false)
        #expect(try await test.feed().map(\.sequence) == [1, 2])
        await test.store.close()
    }

    // MARK: The standby is gone

    /// Waits until a commit waits for the standby, and cancels the wait if wanted.
    private func reachWait(on primary: PostgreSQLCluster, cancels: Bool) async throws {
        let observer = try PostgreSQLConnection(primary.address, withinSeconds: 10)
        let isReached = try await Patience.reaches {
            try run(
                observer,
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
            ) == 1
        }
        try #require(isReached)
        guard cancels else { return }
        let cancelled = try run(
            observer,
            """
            SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
            WHERE wait_event = 'SyncRep'
            """
        )
        #expect(cancelled == 1)
    }

    @Test func `what is on one disk only is acknowledged neither at first nor when repeated`()
        async throws
    {
        let pair = try await PostgreSQLPair()
        let (primary, standby) = (pair.primary, pair.standby)
        let test = try await TestStore(at: primary.address, isSingleCopy: false)
        try await test.deliver { $0.setReferences(1) }
        try standby.stop()
        let delivery = try TestDelivery { $0.setReferences(2) }.delivery
        let first = Task { await test.deliver([delivery])[0] }
        try await reachWait(on: primary, cancels: true)
        // PostgreSQL reports COMMIT then, with a warning.
        let refused = await first.value
        let error = #expect(throws: StoreError.self) { try refused.get() }
        #expect(error?.message.hasPrefix("canceling wait for synchronous replication") == true)
        // It is stored here, and not there.
        let done = Mutex(false)
        let again = Task {
            let result = await test.deliver([delivery])[0]
            done.withLock { $0 = true }
            return result
        }
        try await reachWait(on: primary, cancels: false)
        let isDone = done.withLock { $0 }
        #expect(!isDone)
        try standby.start()
        let judgement = try await again.value.get()
        #expect(judgement.isRedelivery)
        #expect(judgement.response == .successful)
        #expect(try await test.feed().map(\.sequence) == [1, 2])
        await test.store.close()
    }

    @Test func `a server that ceases to wait for a standby is no longer written to`() async throws {
        let pair = try await PostgreSQLPair()
        let (primary, standby) = (pair.primary, pair.standby)
        let test = try await TestStore(at: primary.address, isSingleCopy: false)
        try await test.deliver { $0.setReferences(1) }
        try standby.stop()
        let delivery = try TestDelivery { $0.setReferences(2) }.delivery
        let waiting = Task { await test.deliver([delivery])[0] }
        try await reachWait(on: primary, cancels: false)
        // As a cluster manager does that prefers to go on with one copy; it ends the wait, and
        // PostgreSQL reports COMMIT.
        let observer = try PostgreSQLConnection(primary.address, withinSeconds: 10)
        try run(observer, "ALTER SYSTEM SET synchronous_standby_names = ''")
        try run(observer, "SELECT pg_reload_conf()::int")
        for result in [await waiting.value, await test.deliver([delivery])[0]] {
            let error = #expect(throws: StoreError.self) { try result.get() }
            #expect(error?.message.hasPrefix("synchronous_standby_names is empty") == true)
        }
        await test.store.close()
    }
}
