import PostgreSQL
import Support
import Testing

@testable import PostgreSQLStore
@testable import Store

/// The tables in PostgreSQL, when a newer program is started on them.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: TestDatabase.isPostgreSQL, "these are the migrations of PostgreSQL")
)
struct MigrationTests {
    /// A later version: as it may be, and with a statement that fails at its end.
    private static let later =
        PostgreSQLTables.steps + [
            ["ALTER TABLE payments ADD COLUMN note TEXT", "CREATE INDEX ON payments (note)"]
        ]
    private static let failing = later.dropLast() + [later[later.count - 1] + ["SELECT 1 / 0"]]

    private static func prepare(
        _ address: String?,
        _ steps: [[String]] = PostgreSQLTables.steps
    ) throws -> PostgreSQLSchema.Content {
        let connection = try PostgreSQLAddress(try #require(address), isSingleCopy: true)
            .connectForWriting()
        return try PostgreSQLSchema.prepare(connection, isCreated: false, steps: steps)
    }

    @Test func `one of several migrates, and a receiver of the older version continues`()
        async throws
    {
        let running = try await TestStore()
        let address = running.address
        try await running.deliver { $0.setReferences(1) }
        let contents = try await withThrowingTaskGroup(of: PostgreSQLSchema.Content.self) { group in
            for _ in 0..<4 { group.addTask { try Self.prepare(address, Self.later) } }
            // Meanwhile.
            for number in 2...20 { try await running.deliver { $0.setReferences(number) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(contents.count(where: \.isMigrated) == 1)
        #expect(contents.allSatisfy { $0.version == 2 && !$0.isNew })
        try await running.deliver { $0.setReferences(21) }
        #expect(try await running.feed().map(\.sequence) == Array(1...21))
        #expect(Set(contents.map(\.feed)) == [running.store.feed])
        let refused = #expect(throws: StoreError.self) { try Self.prepare(address) }
        #expect(refused?.kind == .unusable)
        #expect(
            refused?.message.contains("have version 2") == true,
            "\(String(describing: refused))"
        )
        await running.store.close()
    }

    @Test func `of a migration that fails, nothing stays`() async throws {
        let scene = try await TestStore()
        try await scene.deliver { $0.setReferences(1) }
        let failed = #expect(throws: StoreError.self) {
            try Self.prepare(scene.address, Array(Self.failing))
        }
        #expect(
            failed?.message.contains("division by zero") == true,
            "\(String(describing: failed))"
        )
        let content = try Self.prepare(scene.address)
        #expect(!content.isMigrated)
        try await scene.deliver { $0.setReferences(2) }
        // What the failed one has made would be in its way.
        #expect(try Self.prepare(scene.address, Self.later).isMigrated)
        await scene.store.close()
    }
}
