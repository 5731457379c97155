import SQLite
import Support
import Testing

@testable import SQLTables
@testable import SQLiteStore
@testable import Store

/// Named positions: compare and set, on disk when it is answered.
@Suite struct ConsumerTests {
    /// A store whose feed has so many transitions.
    private func store(head: Int = 5) async throws -> TestStore {
        let test = try await TestStore()
        for number in 0..<head {
            try await test.deliver {
                $0.setReferences(number)
            }
        }
        return test
    }

    private func move(
        _ test: TestStore,
        _ offset: Int64,
        expected: Int64? = nil,
        mayRewind: Bool = false,
        name: String = "orders",
        by token: String? = nil
    ) async throws -> ConsumerMove.Outcome {
        try await test.store.move(
            ConsumerMove(
                name: name,
                offset: offset,
                expected: expected,
                mayRewind: mayRewind,
                movedBy: token ?? "token",
                isMovedByAdmin: token == nil
            )
        )
    }

    private func offset(_ test: TestStore) async throws -> Int64? {
        try await test.store.reader.consumer("orders")?.offset
    }

    @Test func `a position is kept over a restart`() async throws {
        let test = try await store()
        #expect(try await test.store.reader.consumer("orders") == nil)
        let record = ConsumerRecord(
            name: "orders",
            offset: 3,
            feed: test.store.feed,
            updatedMilliseconds: test.clock.now,
            updatedBy: "token"
        )
        #expect(try await move(test, 3) == .moved(record, head: 5, isNew: true))
        let reopened = try await test.reopened()
        #expect(try await reopened.store.reader.consumer("orders") == record)
        #expect(try await move(reopened, 3) == .moved(record, head: 5, isNew: false))
    }

    @Test func `it moves only from where it is expected`() async throws {
        let test = try await store()
        #expect(try await move(test, 2, expected: 1) == .unexpected(current: 0))
        #expect(try await offset(test) == nil)
        _ = try await move(test, 2, expected: 0)
        for expected in [0, 1, 3] as [Int64] {
            #expect(try await move(test, 3, expected: expected) == .unexpected(current: 2))
        }
        #expect(try await offset(test) == 2)
        _ = try await move(test, 3, expected: 2)
        #expect(try await offset(test) == 3)
    }

    @Test func `it goes back only when told so, and never beyond the head`() async throws {
        let test = try await store()
        _ = try await move(test, 4)
        #expect(try await move(test, 3) == .backward(current: 4))
        #expect(try await move(test, 6) == .ahead(current: 4, head: 5))
        #expect(try await move(test, 6, mayRewind: true) == .ahead(current: 4, head: 5))
        #expect(try await offset(test) == 4)
        _ = try await move(test, 0, expected: 4, mayRewind: true)
        #expect(try await offset(test) == 0)
        _ = try await move(test, 5)
        #expect(try await offset(test) == 5)
    }

    @Test func `a offset in another feed counts as none`() async throws {
        let test = try await store()
        _ = try await move(test, 5)
        try test.database().execute("UPDATE consumers SET feed = 'before'")
        #expect(try await move(test, 1, expected: 5) == .unexpected(current: 0))
        guard case .moved(let record, _, let isNew) = try await move(test, 1, expected: 0) else {
            Issue.record("not moved")
            return
        }
        #expect(record.feed == test.store.feed)
        #expect(!isNew)
    }

    @Test func `of many who move it at once, each from what it read, one wins each step`()
        async throws
    {
        let test = try await store(head: 10)
        let steps = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var won = 0
                    while true {
                        let current = try await offset(test) ?? 0
                        if current == 10 { return won }
                        let outcome = try await move(test, current + 1, expected: current)
                        if case .moved = outcome { won += 1 }
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(steps == 10)
    }

    @Test(.onSQLite) func `there are so many and no more, and a removed one makes room`()
        async throws
    {
        let test = try await store(head: 1)
        let disk = try test.connection(.readWrite)
        let table = try ConsumerTable(disk.database)
        try disk.execute("BEGIN")
        for number in 1..<Store.consumersMax {
            try table.put(
                ConsumerRecord(
                    name: "c\(number)",
                    offset: 0,
                    feed: test.store.feed,
                    updatedMilliseconds: 0,
                    updatedBy: ""
                )
            )
        }
        try disk.execute("COMMIT")
        guard case .moved = try await move(test, 1, name: "last") else {
            Issue.record("there was room for one")
            return
        }
        #expect(try await move(test, 1) == .tooMany)
        guard case .moved = try await move(test, 0, mayRewind: true, name: "last") else {
            Issue.record("it is there already")
            return
        }
        #expect(try await test.store.removeConsumer("c1"))
        #expect(try await !test.store.removeConsumer("c1"))
        guard case .moved = try await move(test, 1) else {
            Issue.record("there is room again")
            return
        }
    }

    @Test func `a token has so many of its own and no more`() async throws {
        let test = try await store(head: 1)
        // Of others, with names around its own.
        for name in ["order", "orders-1", "orders/", "orders0", "a", "z"] {
            _ = try await move(test, 1, name: name)
        }
        _ = try await move(test, 1, by: "orders")
        for number in 1..<Store.consumersOfTokenMax {
            let name = "orders.\(number)"
            guard case .moved = try await move(test, 1, name: name, by: "orders") else {
                Issue.record("there was room for \(name)")
                return
            }
        }
        #expect(try await move(test, 1, name: "orders.x", by: "orders") == .tooManyOfToken)
        // Those that are there move on, others and admin are not concerned.
        for (name, token) in [("orders.1", "orders"), ("a.b", "a"), ("orders.y", nil)] {
            guard case .moved = try await move(test, 1, name: name, by: token) else {
                Issue.record("\(name) is not one too many")
                return
            }
        }
        for name in ["orders.1", "orders.y"] {
            #expect(try await test.store.removeConsumer(name))
        }
        guard case .moved = try await move(test, 1, name: "orders.x", by: "orders") else {
            Issue.record("there is room again")
            return
        }
        #expect(try await move(test, 1, name: "orders.1", by: "orders") == .tooManyOfToken)
    }

    @Test func `they are listed by name`() async throws {
        let test = try await store()
        for name in ["b", "a.2", "C", "a", "a-1"] { _ = try await move(test, 1, name: name) }
        let reader = test.store.reader
        let all = try await reader.consumers(after: "", limit: 10).map(\.name)
        #expect(all == ["C", "a", "a-1", "a.2", "b"])
        #expect(try await reader.consumers(after: "a", limit: 2).map(\.name) == ["a-1", "a.2"])
        #expect(try await reader.consumers(after: "b", limit: 2).isEmpty)
    }

    @Test(.onSQLite) func `a commit that fails moves nothing, and says so`() async throws {
        let test = try await store()
        _ = try await move(test, 1)
        let disk = try test.connection(.readWrite)
        try disk.execute(
            """
            CREATE TRIGGER broken BEFORE INSERT ON consumers
            BEGIN SELECT json('broken'); END
            """
        )
        await #expect(throws: StoreError.self) { try await move(test, 2) }
        #expect(test.store.commitFailure?.message == "malformed JSON")
        #expect(try await offset(test) == 1)
        try disk.execute("DROP TRIGGER broken")
        _ = try await move(test, 2)
        #expect(test.store.commitFailure == nil)
        #expect(try await offset(test) == 2)
    }
}
