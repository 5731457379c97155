import Payments
import SQLite
import Support
import Testing

@testable import Recovery
@testable import SQLiteStore
@testable import Store

/// What a replaced database knows of payments beyond the backup that replaces it.
@Suite(.onSQLite) struct SetAsidePaymentsTests {
    /// The payments of `other` beyond `backup`, as `REFERENCE STATUS`.
    private static func found(
        in other: Connection,
        beyond backup: Connection,
        feed: String? = nil
    ) throws -> [String] {
        let feed = try feed ?? backup.text("SELECT value FROM meta WHERE key = 'feed'") ?? ""
        var found: [String] = []
        try SetAsidePayments(
            in: other.database,
            beyond: backup.database,
            feed: feed
        ).forEach { payment in
            found.append("\(payment.partnerReferenceNo) \(payment.status?.word ?? "none")")
        }
        return found
    }

    @Test func `in one history a payment of a later revision is found, and a new one`() async throws
    {
        let test = try await TestStore()
        for number in 1...3 { try await test.deliver(number: number) { $0.status = .pending } }
        let path = test.directory.file("backup.db")
        _ = try DatabaseBackup.write(test.path, to: path, freeBytesMin: 0) { _ in true }
        let backup = try Connection(path: path, mode: .readOnly)
        let present = try test.connection()
        #expect(try Self.found(in: present, beyond: backup) == [])
        // At the same time, so that only the revision tells.
        try await test.deliver(number: 1) { $0.status = .success }
        try await test.deliver(number: 4) { $0.status = .cancelled }
        #expect(
            try Self.found(in: present, beyond: backup) == ["TRX-1 success", "TRX-4 cancelled"]
        )
        #expect(try Self.found(in: backup, beyond: present) == [], "nothing there is later")
        // Of another feed id, revisions tell nothing, but the new payment is still missing.
        #expect(try Self.found(in: present, beyond: backup, feed: "other") == ["TRX-4 cancelled"])
        await test.store.close()
    }

    @Test func `in two histories the later time with another status is found`() async throws {
        let backup = try await TestStore()
        for number in [1, 2, 3] {
            try await backup.deliver(number: number) { $0.status = .pending }
        }
        // The same payments in another order, so that no ID is the same.
        let clock = TestClock(TestClock.start + 60_000)
        let other = try await TestStore(clock: clock)
        for (number, status) in [(2, LatestTransactionStatus.success), (3, .pending), (1, .failed)]
        {
            try await other.deliver(number: number) { $0.status = status }
        }
        let found = try Self.found(in: other.connection(), beyond: backup.connection())
        #expect(Set(found) == ["TRX-1 failed", "TRX-2 success"])
        let earlier = try Self.found(in: backup.connection(), beyond: other.connection())
        #expect(earlier == [], "an earlier state says nothing new")
        await backup.store.close()
        await other.store.close()
    }
}
