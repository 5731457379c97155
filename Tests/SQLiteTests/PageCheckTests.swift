import Foundation
import SQLite
import Support
import Testing

/// Pages that are not as they were written are noticed when they are read.
@Suite struct PageCheckTests {
    private let directory: TemporaryDirectory
    private let path: String

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.file("test.db")
    }

    /// A database with some dozens of pages in its main file.
    private func makeDatabase() throws {
        let connection = try Connection(path: path, mode: .readWriteCreate)
        try connection.execute(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE rows (id INTEGER PRIMARY KEY, content BLOB NOT NULL);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
            INSERT INTO rows SELECT i, zeroblob(1000 + i) FROM n;
            """
        )
    }

    private func bytes(_ suffix: String = "") throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + suffix)))
    }

    private func write(_ bytes: [UInt8], _ suffix: String = "") throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path + suffix))
    }

    private func sum(_ mode: Connection.Mode = .readOnly) throws -> Int64? {
        try Connection(path: path, mode: mode).integer("SELECT sum(length(content)) FROM rows")
    }

    @Test func `whichever bit is another one, the page is refused and named`() throws {
        try makeDatabase()
        let sound = try bytes()
        let truth = try sum()
        var random = SplitMix64(seed: 15)
        for _ in 0..<200 {
            var damaged = sound
            let index = Int(random.next() % UInt64(sound.count))
            damaged[index] ^= 1 << UInt8(random.next() % 8)
            try write(damaged)
            do {
                let connection = try Connection(path: path, mode: .readWrite)
                #expect(try connection.text("PRAGMA integrity_check(1)") != nil)
                let read = try connection.integer("SELECT sum(length(content)) FROM rows")
                Issue.record("bit in \(index): read \(read == truth)")
            } catch {
                let name = "page \(index / 4_096 + 1) "
                #expect(error.isDamage, "\(index): \(error)")
                #expect(index < 100 || error.message.contains(name), "\(index): \(error)")
            }
        }
    }

    @Test(arguments: ["zeros", "the page before", "cut off"])
    func `other contents of a page are refused`(change: String) throws {
        try makeDatabase()
        var changed = try bytes()
        switch change {
        case "zeros": for index in 8_192..<12_288 { changed[index] = 0 }
        case "the page before":
            changed.replaceSubrange(8_192..<12_288, with: changed[4_096..<8_192])
        default: changed.removeLast(changed.count / 2)
        }
        try write(changed)
        let error = #expect(throws: SQLiteError.self) { try sum() }
        #expect(error?.isDamage == true)
    }

    @Test func `a changed frame of the WAL is refused when it is read`() throws {
        try makeDatabase()
        let writer = try Connection(path: path, mode: .readWriteSynced)
        try writer.set("synchronous", to: "2")
        try writer.execute("UPDATE rows SET content = zeroblob(2000) WHERE id BETWEEN 40 AND 60")
        #expect(try sum() != nil)
        var wal = try bytes("-wal")
        wal[wal.count / 2] ^= 1
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path + "-wal"))
        try file.write(contentsOf: wal)
        let error = #expect(throws: SQLiteError.self) { try sum() }
        #expect(error?.message.contains("test.db-wal: frame ") == true)
        // It is not checkpointed, either.
        #expect(throws: SQLiteError.self) { try writer.checkpoint() }
    }

    /// SQLite writes some frames of it twice, and their checksums at the end only.
    @Test(arguments: [Connection.Mode.readWrite, .readWriteSynced])
    func `a write that is larger than the cache reads its own pages`(
        mode: Connection.Mode
    ) throws {
        try makeDatabase()
        let writer = try Connection(path: path, mode: mode)
        try writer.set("synchronous", to: "2")
        try writer.execute("PRAGMA cache_size = 5")
        for round in 1...3 {
            try writer.transaction { () throws(SQLiteError) in
                for size in [500, 3_000, 1_500] {
                    try writer.execute(
                        "UPDATE rows SET content = zeroblob(\(size + round)); "
                            + "UPDATE rows SET content = zeroblob(length(content) + 1) "
                            + "WHERE id % 3 = 0"
                    )
                }
                if round == 2 { try writer.execute("DELETE FROM rows WHERE id > 90") }
            }
            try writer.execute("BEGIN; UPDATE rows SET content = zeroblob(7000); ROLLBACK")
            let count: Int64 = round == 1 ? 100 : 90
            #expect(try sum() == count * Int64(1_500 + round) + count / 3)
        }
        try writer.checkpoint()
        #expect(try writer.text("PRAGMA integrity_check") == "ok")
    }

    // MARK: Databases without checksums

    /// A database as a program without this VFS makes it.
    private func makeForeign() throws {
        let command = ["/usr/bin/env", "sqlite3", path, "CREATE TABLE rows (content)"]
        let id = try spawn(command) { $0.redirectInput() }
        #expect(waitForEnd(of: id).exitCode == 0)
    }

    @Test func `a database without checksums is used as it is until it is vacuumed`() throws {
        try makeForeign()
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute(
            "PRAGMA journal_mode = WAL; INSERT INTO rows VALUES (zeroblob(20000))"
        )
        #expect(try sum() == 20_000)
        #expect(connection.hasChecksums == false)
        let copy = try Connection(path: directory.file("copy.db"), mode: .readWriteCreate)
        #expect(try connection.copy(to: copy, pagesPerStep: 2) { _, _ in true })
        #expect(try copy.text("PRAGMA integrity_check") == "ok")
        #expect(try copy.integer("SELECT length(content) FROM rows") == 20_000)
        try connection.execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
        #expect(try Connection(path: path, mode: .readOnly).hasChecksums == true)
        #expect(try sum() == 20_000)
    }

    @Test func `a copy has the checksums of its source`() throws {
        try makeDatabase()
        let source = try Connection(path: path, mode: .readOnly)
        let target = directory.file("copy.db")
        let copy = try Connection(path: target, mode: .readWriteCreate)
        #expect(try source.copy(to: copy, pagesPerStep: 3) { _, _ in true })
        let opened = try Connection(path: target, mode: .immutable)
        #expect(opened.hasChecksums == true)
        #expect(try opened.text("PRAGMA integrity_check") == "ok")
    }
}
