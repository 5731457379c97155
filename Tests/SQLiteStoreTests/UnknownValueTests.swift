import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// A stored number or word that the program does not know, as a newer version may have written it:
/// what has no meaning without it is left out, and nothing else.
@Suite struct UnknownValueTests {
    /// A store with the payments 1 to 3, in which `change` was written.
    private func store(_ change: String) async throws -> TestStore {
        let test = try await TestStore()
        for number in 1...3 {
            try await test.deliver {
                $0.setReferences(number)
            }
        }
        try test.database().execute(change)
        return test
    }

    @Test(arguments: ["to_status", "latest_status", "source"])
    func `a transition is left out, and the cursor passes it`(column: String) async throws {
        let test = try await store("UPDATE transitions SET \(column) = 99 WHERE sequence = 2")
        let reader = test.store.reader
        let page = try await reader.feed(FeedQuery(after: 0), limit: 10)
        #expect(page.transitions.map(\.sequence) == [1, 3])
        #expect(page.next == 3 && !page.more)
        #expect(try await reader.transition(2) == nil)
        #expect(try await reader.transition(3) != nil)
        let activity = try await reader.activity(after: Activity.Cursor())
        #expect(activity.steps.count == (column == "latest_status" ? 3 : 2))
        #expect(activity.next.sequence == 3)
    }

    @Test(arguments: ["status", "origin"])
    func `a payment is left out`(column: String) async throws {
        let test = try await store("UPDATE payments SET \(column) = 99 WHERE id = 2")
        #expect(try await test.transaction("TRX-2") == nil)
        #expect(try await test.transaction("TRX-3") != nil)
        let groups = try await test.store.reader.summary(TransactionFilter()).groups
        #expect(groups.map(\.count) == [column == "status" ? 2 : 3])
    }

    @Test func `a generation is left out, and its payment is shown`() async throws {
        let test = try await TestStore.asking()
        try await test.generate()
        #expect(try await test.transaction("TRX-1")?.generation != nil)
        try test.database().execute("UPDATE generations SET state = 99")
        let payment = try #require(try await test.transaction("TRX-1"))
        #expect(payment.generation == nil)
    }

    @Test func `a callback is shown as refused`() async throws {
        let test = try await store("UPDATE callbacks SET outcome = 99 WHERE id = 2")
        #expect(try await test.callback(2).outcome == .refused)
        #expect(try await test.callback(3).outcome == .applied)
    }

    @Test func `an entry of another kind is not alerted, and the cursor passes it`() async throws {
        let test = try await TestStore()
        for kind in [AttentionKind.diskLow, .noCallbacks] {
            try await test.store.raise(kind, detail: "detail")
        }
        var change = AlertChange(alert: "ops")
        change.added = [1, 2]
        change.message = AlertChange.Message(kind: .diskLow, sentMilliseconds: 77)
        try await test.record(change)
        try test.database().execute(
            """
            UPDATE attention SET kind = 'a-newer-kind' WHERE id = 1;
            UPDATE alert_messages SET kind = 'a-newer-kind'
            """
        )
        let reader = test.store.reader
        let open = try await reader.openEntries(after: 0, limit: 10)
        #expect(open.entries.map(\.id) == [2])
        #expect(open.next == 2 && !open.more)
        let state = try await reader.alertState(of: "ops")
        #expect(state.entries.map(\.id) == [2])
        #expect(state.sentMilliseconds.isEmpty)
    }
}
