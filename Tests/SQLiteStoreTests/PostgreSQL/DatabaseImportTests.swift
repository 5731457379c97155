import PostgreSQL
import Recovery
import SQLReaders
import SQLite
import Support
import System
import Testing

@testable import PostgreSQLStore
@testable import SQLTables
@testable import SQLiteFiles
@testable import Store

/// Which tables a database takes along when it moves, and what is different afterwards.
@Suite(.onSQLite, .cluster, .enabled(if: PostgreSQLCluster.isInstalled, "no PostgreSQL"))
struct DatabaseImportTests {
    private func makeDatabase(_ name: String) throws -> String {
        try #require(ClusterTrait.cluster).makeDatabase(name)
    }

    private func connect(_ address: String) throws -> PostgreSQLConnection {
        try PostgreSQLAddress(address, isSingleCopy: true).connect()
    }

    // MARK: The tables

    /// Tables whose rows are not copied as they are, and why.
    private static let others = [
        "meta": "some values belong to one engine; the others are MetaTable.copied",
        "added_references": "hashes, made of CopySource.references",
        "payment_references": "what added_references is in SQLite",
        "ledger": "one row of LedgerNumbers, and of what follows from the last rows",
        "claims": "work of receivers that are stopped",
    ]

    @Test func `every table is copied, or there is a reason`() throws {
        let file = try Connection(path: ":memory:", mode: .readWriteCreate)
        try DatabaseSchema.create(file)
        let inFile = try file.prepare(
            """
            SELECT tables.name, columns.name FROM sqlite_schema AS tables
            JOIN pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'
            """
        ).all { ($0.text(0), $0.text(1)) }
        let address = try makeDatabase("tables")
        _ = try PostgreSQLCopyTarget(PostgreSQLAddress(address, isSingleCopy: true))
        let columns = Query(
            """
            SELECT table_name::text, column_name::text FROM information_schema.columns
            WHERE table_schema = 'cashin_receiver'
            """
        )
        let onServer = try connect(address).run([columns], withinSeconds: 60)[0].rows.map {
            ($0.text(0), $0.text(1))
        }
        let copied = Set(CopiedTable.names)
        #expect(copied.count == CopiedTable.names.count)
        #expect(copied.isDisjoint(with: Self.others.keys))
        var found: Set<String> = []
        for pairs in [inFile, onServer] {
            let tables = Set(pairs.map(\.0))
            #expect(tables.isSuperset(of: copied))
            #expect(tables.subtracting(copied).subtracting(Self.others.keys) == [])
            found.formUnion(tables)
        }
        #expect(found == copied.union(Self.others.keys), "a reason for a table that is not there")
        for table in copied {
            let sides = [inFile, onServer].map { pairs in
                Set(pairs.filter { $0.0 == table }.map(\.1))
            }
            #expect(sides[0] == sides[1], "\(table)")
        }
    }

    // MARK: The way back

    /// A database in PostgreSQL with five payments, and a directory for what comes back.
    private func makeSource(
        _ name: String
    ) async throws -> (address: PostgreSQLAddress, string: String, directory: TemporaryDirectory) {
        let string = try makeDatabase(name)
        let address = PostgreSQLAddress(string, isSingleCopy: true)
        let store = try await TestStore()
        for number in 1...5 {
            store.clock.advance(seconds: 1)
            try await store.deliver { $0.setReferences(number) }
        }
        await store.store.close()
        let lock = try DatabaseLock.acquire(store.path, whenAbsent: .refused)
        defer { lock.release() }
        let copying = DatabaseImport(from: lock.path, to: string) { _ in true }
        let report = try copying.check(lock)
        try copying.run(from: lock, report, to: PostgreSQLCopyTarget(address))
        return (address, string, store.directory)
    }

    /// Moves a database to `back.db` in the directory.
    private func moveBack(
        _ address: PostgreSQLAddress,
        _ directory: TemporaryDirectory,
        onStage: @escaping (DatabaseImport.Stage) -> Bool = { _ in true }
    ) throws -> String {
        let lock = try DatabaseLock.acquire(directory.file("back.db"), whenAbsent: .allowed)
        defer { lock.release() }
        let source = try PostgreSQLCopySource(address)
        let copying = DatabaseImport(from: "server", to: lock.path, onStage: onStage)
        _ = try copying.run(from: source, to: lock)
        return lock.path
    }

    /// In PostgreSQL, a list by time may be in disorder by 10 minutes; in SQLite, by one.
    @Test func `where times are in disorder, the file has a clock step`() async throws {
        let (address, string, directory) = try await makeSource("steps")
        let disorder = Query("UPDATE callbacks SET received_at = received_at + 300000 WHERE id = 3")
        try connect(string).run([disorder], withinSeconds: 60)
        let path = try moveBack(address, directory)
        let database = try Connection(path: path, mode: .readOnly).database
        let steps = try database.prepare("SELECT list, first_id FROM clock_steps").all {
            [$0.integer(0), $0.integer(1)]
        }
        #expect(steps == [[TimeList.callbacks.rawValue, 4]])
        let time = try #require(
            try database.integer("SELECT received_at FROM callbacks WHERE id = 4")
        )
        let ranges = try TimeSearch(.callbacks, database).ranges(from: time - 500, to: time + 500)
        #expect(ranges.contains { $0.contains(4) })
    }

    @Test func `a signal stops it, and no file is left`() async throws {
        let (address, _, directory) = try await makeSource("stopped")
        let failure = #expect(throws: RecoveryFailure.self) {
            try moveBack(address, directory) { stage in
                guard case .renaming = stage else { return true }
                return false
            }
        }
        #expect(failure == .stopped)
        let names = try FilePath.names(in: directory.path).filter { $0.hasPrefix("back.db") }
        #expect(names == ["back.db.lock"])
    }
}
