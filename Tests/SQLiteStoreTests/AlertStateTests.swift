import Ledger
import Payments
import SQLite
import Store
import Testing

@testable import SQLiteStore

/// What is stored about alerts, and the entries that they read.
@Suite(.timeLimit(.minutes(10)))
struct AlertStateTests {
    private func entries(
        _ kinds: [AttentionKind],
        in store: TestStore
    ) async throws -> [AttentionEntry.ID] {
        for kind in kinds { try await store.store.raise(kind, detail: "detail") }
        return try await store.store.reader.openEntries(after: 0, limit: 100).entries.map(\.id)
    }

    private func change(
        _ alert: String,
        added: [Int64] = [],
        reported: [Int64] = [],
        removed: [Int64] = [],
        message: AlertChange.Message? = nil
    ) -> AlertChange {
        var change = AlertChange(alert: alert)
        (change.added, change.reported, change.removed) = (added, reported, removed)
        change.message = message
        return change
    }

    private func state(_ alert: String, _ store: TestStore) async throws -> [String] {
        try await store.store.reader.alertState(of: alert).entries.map {
            "\($0.id) \($0.kind.rawValue)" + ($0.isReported ? " reported" : "")
        }
    }

    @Test func `changes are stored, may be repeated, and survive a restart`() async throws {
        let test = try await TestStore()
        let ids = try await entries([.diskLow, .clockDifference, .noCallbacks], in: test)
        #expect(ids == [1, 2, 3])
        let message = AlertChange.Message(kind: .diskLow, sentMilliseconds: 77)
        let changes = [
            change("ops", added: [1, 2]), change("other", added: [1]),
            change("ops", reported: [1], message: message), change("ops", reported: [3]),
            change("ops", removed: [2]),
        ]
        for _ in 1...2 { for change in changes { try await test.record(change) } }
        // What was reported is not added again as unreported.
        try await test.record(change("ops", added: [1]))
        let reopened = try await test.reopened()
        #expect(
            try await state("ops", reopened)
                == ["1 disk-low reported", "3 no-callbacks reported"]
        )
        #expect(try await state("other", reopened) == ["1 disk-low"])
        let sent = try await reopened.store.reader.alertState(of: "ops").sentMilliseconds
        #expect(sent == [.diskLow: 77])
        #expect(try await reopened.store.reader.alertNames() == ["ops", "other"])
        try await reopened.store.removeAlerts(except: ["other", "absent"])
        #expect(try await reopened.store.reader.alertNames() == ["other"])
        try await reopened.store.removeAlerts(except: [])
        #expect(try await reopened.store.reader.alertNames() == [])
        await reopened.store.close()
    }

    @Test func `open entries are read page by page, past resolved ones`() async throws {
        let test = try await TestStore()
        let kinds: [AttentionKind] = [
            .diskLow, .clockDifference, .noCallbacks, .gatewayUnreachable,
        ]
        _ = try await entries(kinds, in: test)
        for kind in [AttentionKind.clockDifference, .gatewayUnreachable] {
            #expect(try await test.store.close(kind, by: "ops", note: "done"))
        }
        let reader = test.store.reader
        let first = try await reader.openEntries(after: 0, limit: 1)
        #expect(first.entries.map(\.kind) == [.diskLow])
        #expect((first.next, first.more) == (1, true))
        #expect(first.entries.first?.openedMilliseconds == TestClock.start)
        let second = try await reader.openEntries(after: first.next, limit: 2)
        #expect(second.entries.map(\.id) == [3])
        #expect((second.next, second.more) == (4, false), "all up to the newest were examined")
        let third = try await reader.openEntries(after: second.next, limit: 2)
        #expect(third == OpenEntries(entries: [], next: 4, more: false))
        #expect(try await reader.resolvedEntries(among: [1, 2, 3, 4, 99]).sorted() == [2, 4])
        #expect(try await reader.attention([3, 1, 99]).map(\.id) == [3, 1])
        await test.store.close()
    }

    @Test func `opening and closing an entry is announced`() async throws {
        let test = try await TestStore()
        var changes = test.store.attentionChanges.makeAsyncIterator()
        try await test.store.raise(.diskLow, detail: "detail")
        #expect(await changes.next() != nil)
        // Counting it again is not.
        try await test.store.raise(.diskLow, detail: "detail")
        #expect(try await test.store.close(.diskLow, by: "ops", note: "done"))
        #expect(await changes.next() != nil)
        await test.store.close()
    }
}
