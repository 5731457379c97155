@testable import SQLReaders
import Ledger
import Payments
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Pages of the journal.
@Suite struct CallbackPageTests {
    private func filter(_ change: (inout CallbackFilter) -> Void) -> CallbackFilter {
        var filter = CallbackFilter()
        change(&filter)
        return filter
    }

    @Test(.onSQLite) func `a search ends a page after so many callbacks, and goes on behind them`()
        async throws
    {
        let test = try await TestStore()
        try await test.deliver { $0.status = .cancelled }
        try await test.deliver {
            $0.partner = "PAY-3"
            $0.reference = "TRX-3"
            $0.externalID = "id-3"
        }
        // Numbers are used up without callbacks: refused requests had them, and are long gone.
        let gap = CallbackReader.searchedMax + 10
        try test.database().execute("UPDATE callbacks SET id = \(gap) WHERE id = 2")
        await test.store.close()
        let reopened = try await TestStore(
            in: test.directory,
            at: test.address,
            clock: test.clock
        )
        try await reopened.deliver {
            $0.partner = "PAY-2"
            $0.reference = "TRX-2"
            $0.externalID = "id-2"
            $0.status = .pending
        }
        let reader = reopened.store.reader
        let newest = try #require(
            try await reader.callbackPage(filter { _ in }, limit: 1).callbacks.first
        )
        #expect(newest.id == gap + 1)
        // Sought among the newest; there may be older ones.
        let first = try await reader.callbackPage(filter { $0.externalID = "id-9" }, limit: 5)
        #expect(first.callbacks.isEmpty)
        #expect(first.more)
        #expect(first.next == gap + 2 - CallbackReader.searchedMax)
        let second = try await reader.callbackPage(
            filter {
                $0.externalID = "id-9"
                $0.beforeID = first.next
            },
            limit: 5
        )
        #expect(second.callbacks.isEmpty)
        #expect(!second.more)
    }

    @Test func `a search in a period begins at its end, and ends at its start`() async throws {
        let test = try await TestStore()
        let start = TestClock.start
        for number in 1...3 {
            test.clock.set(start + Int64(number) * 3_600_000)
            try await test.deliver {
                $0.setReferences(number)
                $0.received = start + Int64(number) * 3_600_000
            }
        }
        // As if more than a page lay between the last two.
        let id = 2 * CallbackReader.searchedMax
        try test.database().execute("UPDATE callbacks SET id = \(id) WHERE id = 3")
        let page = try await test.store.reader.callbackPage(
            filter {
                $0.outcome = .applied
                $0.fromMilliseconds = start + 5_400_000
                $0.toMilliseconds = start + 9_000_000
            },
            limit: 5
        )
        #expect(page.callbacks.map(\.id) == [2])
        #expect(!page.more)
    }

    @Test func `an amount selects callbacks with it, and those that have none to compare`()
        async throws
    {
        let test = try await TestStore()
        for number in 1...3 {
            try await test.deliver {
                $0.setReferences(number)
                $0.sen = number == 2 ? 2_500_000 : 1_000_000
            }
        }
        try test.database().execute("UPDATE callbacks SET amount = NULL WHERE id = 3")
        test.store.add(refusal(bytes: 10))
        try await test.flushRefusals()
        let page = try await test.store.reader.callbackPage(
            filter { $0.amount = Amount(sen: 2_500_000) },
            limit: 5
        )
        #expect(page.callbacks.map(\.outcome) == [.refused, .applied, .applied])
        #expect(page.callbacks.map(\.id).suffix(2) == [3, 2])
    }

    @Test func `a full page goes on behind its last callback`() async throws {
        let test = try await TestStore()
        for number in 1...3 {
            try await test.deliver {
                $0.setReferences(number)
            }
        }
        let reader = test.store.reader
        for change in [
            { (filter: inout CallbackFilter) in filter.outcome = .applied },
            { (filter: inout CallbackFilter) in },
        ] {
            var filter = filter(change)
            let first = try await reader.callbackPage(filter, limit: 2)
            #expect(first.callbacks.map(\.id) == [3, 2])
            #expect(first.next == 2)
            #expect(first.more)
            filter.beforeID = first.next
            let second = try await reader.callbackPage(filter, limit: 2)
            #expect(second.callbacks.map(\.id) == [1])
            #expect(!second.more)
            #expect(second.next == 1)
        }
    }

    @Test(arguments: [nil, "TRX-1"])
    func `a page ends at 8 MiB of heads and bodies, and the next goes on`(
        reference: String?
    ) async throws {
        let test = try await TestStore()
        let mebibyte = 1 << 20
        // The seventh is larger than a page, and alone on one.
        for number in 1...20 {
            let count = number == 7 ? 9 * mebibyte : mebibyte - 1_000
            if number.isMultiple(of: 3), reference == nil {
                test.store.add(refusal(bytes: count))
                try await test.flushRefusals()
                continue
            }
            try await test.deliver {
                $0.externalID = "id-\(number)"
                $0.salt = "\(number)" + String(repeating: "x", count: count)
            }
        }
        var filter = filter { $0.reference = reference }
        var ids: [Int64] = []
        var pageCount = 0
        while true {
            let page = try await test.store.reader.callbackPage(filter, limit: 100)
            let bytes = page.callbacks.reduce(0) { $0 + $1.head.count + $1.body.count }
            #expect(bytes <= 8 * mebibyte || page.callbacks.count == 1)
            ids += page.callbacks.map(\.id)
            pageCount += 1
            filter.beforeID = page.next
            if !page.more { break }
        }
        #expect(ids == (1...20).reversed())
        #expect(pageCount == 4)
    }

    private func refusal(bytes count: Int) -> RejectedRequest {
        RejectedRequest(
            receivedMilliseconds: TestClock.start,
            client: "203.0.113.7",
            head: Array("POST / HTTP/1.1\r\n\r\n".utf8),
            body: [UInt8](repeating: UInt8(ascii: "x"), count: count),
            code: "4015600",
            problem: "Unauthorized. [Signature]",
            externalID: nil,
            isPlausible: true
        )
    }
}
