import Foundation
import Glibc
import SQLite
import Support
import System
import Testing

@testable import SQLiteFiles

/// Databases of older schema versions, as `Tests/Fixtures` has them, under the present program.
struct DatabaseMigrationTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private var path: String { directory.file("receiver.db") }

    /// All versions but the newest.
    static let versions = Array(DatabaseMigrations.oldest..<DatabaseSchema.version)

    /// Creates a database of an older version at ``path``.
    private func make(_ version: Int64) throws {
        try FileCreation.write([], to: path, mode: 0o600)
        let connection = try Connection(path: path, mode: .readWriteSynced)
        try connection.execute(try Fixture.text("database-\(version).sql"))
        try connection.set("journal_mode", to: "wal")
    }

    /// Every row of every table, as SQLite writes it.
    private func rows(_ connection: Connection, of tables: [String]) throws -> [String] {
        try tables.flatMap { table in
            let columns = try connection.prepare("SELECT name FROM pragma_table_info('\(table)')")
                .all { "quote(\"\($0.text(0))\")" }
            let row = columns.joined(separator: " || ',' || ")
            return try connection.prepare("SELECT \(row) FROM \(table) ORDER BY 1").all {
                "\(table): \($0.text(0))"
            }
        }
    }

    /// Statements that make tables and indexes, without their layout.
    private func schema(_ connection: Connection) throws -> Set<String> {
        let statements = try connection.prepare("SELECT sql FROM sqlite_schema").all { $0.text(0) }
        return Set(
            statements.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        )
    }

    private func tables(_ connection: Connection) throws -> [String] {
        try connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")
            .all { $0.text(0) }
    }

    @Test func `there is an older version to test with`() {
        #expect(!Self.versions.isEmpty)
    }

    @Test(arguments: versions)
    func `an older database gets the newest tables and keeps its rows`(version: Int64) throws {
        try make(version)
        let old = try Connection(path: path, mode: .readOnly)
        let tables = try tables(old)
        let before = try rows(old, of: tables)
        #expect(before.count > 50)
        let migrated = try MainDatabase.open(path)
        #expect(try migrated.integer("PRAGMA user_version") == DatabaseSchema.version)
        let made = try MainDatabase.made(directory.file("new.db"))
        #expect(try schema(migrated) == schema(made))
        #expect(try rows(migrated, of: tables) == before)
        #expect(try migrated.text("PRAGMA integrity_check") == "ok")
        #expect(try DatabaseSchema.migrate(migrated) == nil, "once is enough")
    }

    /// Released programs have made such databases: other tables need a new version, with a step.
    @Test func `new databases have the tables of the newest fixture`() throws {
        try make(DatabaseSchema.version)
        let fixture = try Connection(path: path, mode: .readOnly)
        let made = try MainDatabase.made(directory.file("new.db"))
        #expect(try schema(fixture) == schema(made))
        let opened = try MainDatabase.open(path)
        #expect(try DatabaseSchema.migrate(opened) == nil)
    }

    @Test(arguments: versions)
    func `a step that fails changes nothing`(version: Int64) throws {
        try make(version)
        let connection = try Connection(path: path, mode: .readWriteSynced)
        let schema = try schema(connection)
        for failing in Int(version - DatabaseMigrations.oldest)..<DatabaseMigrations.steps.count {
            var steps = DatabaseMigrations.steps
            steps[failing] += "; SELECT json('broken')"
            #expect(throws: SQLiteError.self) {
                try DatabaseMigrations.run(connection, from: version, steps: steps)
            }
            #expect(try connection.integer("PRAGMA user_version") == version)
            #expect(try self.schema(connection) == schema)
        }
    }

    @Test(arguments: versions)
    func `a migration that is killed in the middle is done by the next start`(
        version: Int64
    ) async throws {
        try make(version)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, version] in
            let connection = try Connection(path: path, mode: .readWriteSynced)
            // Pages are written to the WAL before the commit.
            try connection.execute("PRAGMA cache_size = 1")
            try connection.transaction { () throws(SQLiteError) in
                let first = Int(version - DatabaseMigrations.oldest)
                for step in DatabaseMigrations.steps[first...] { try connection.execute(step) }
                kill(getpid(), SIGKILL)
            }
        }
        let unchanged = try Connection(path: path, mode: .readOnly)
        #expect(try unchanged.integer("PRAGMA user_version") == version)
        let migrated = try MainDatabase.open(path)
        #expect(try migrated.integer("PRAGMA user_version") == DatabaseSchema.version)
    }

    static let mark = DatabaseSchema.applicationID

    @Test func `marks say what a file contains`() throws {
        typealias Content = DatabaseContent
        let newest = DatabaseSchema.version
        #expect(try Content(application: 0, version: 0, hasTables: false) == .nothing)
        for version in DatabaseMigrations.oldest...newest {
            let content = try Content(application: Self.mark, version: version, hasTables: true)
            #expect(content == .tables(version: version))
            #expect(content.olderVersion == (version == newest ? nil : version))
        }
        let mismatches: [(Int64, Int64, Bool, Content.Mismatch)] = [
            (0, 0, true, .otherProgram), (0, newest, true, .otherProgram),
            (1, newest, true, .otherProgram), (Self.mark, 0, true, .otherProgram),
            (Self.mark, -1, true, .otherProgram), (Self.mark, newest + 1, true, .newer(newest + 1)),
            (
                Self.mark, DatabaseMigrations.oldest - 1, true,
                .tooOld(DatabaseMigrations.oldest - 1)
            ),
        ]
        for (application, version, hasTables, mismatch) in mismatches {
            #expect(throws: mismatch) {
                try Content(application: application, version: version, hasTables: hasTables)
            }
        }
    }
}
