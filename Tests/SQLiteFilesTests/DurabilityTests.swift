import CSQLite
import Glibc
import SQLite
import Support
import Testing

@testable import SQLiteFiles

/// "No callback is acknowledged before its commit is durable": a commit of the main database
/// returns when its WAL has been synced, and fails when it could not be.
///
/// In processes of their own: the VFS below must be there before the product's first connection.
@Suite struct DurabilityTests {
    @Test func `a commit waits for the disk`() async {
        await #expect(processExitsWith: .success) {
            try #require(WatchedSyncs.register())
            let directory = try TemporaryDirectory()
            let connection = try MainDatabase.made(directory.file("receiver.db"))
            for round in 1...3 {
                let before = WatchedSyncs.count
                try connection.transaction { () throws(SQLiteError) in
                    try connection.execute("INSERT INTO meta VALUES ('test-\(round)', 'x')")
                }
                try #require(WatchedSyncs.count == before + 1)
            }
        }
    }

    @Test func `a commit that the disk does not take fails, and leaves nothing`() async {
        await #expect(processExitsWith: .success) {
            try #require(WatchedSyncs.register())
            let directory = try TemporaryDirectory()
            let connection = try MainDatabase.made(directory.file("receiver.db"))
            WatchedSyncs.fail = true
            let error = #expect(throws: SQLiteError.self) {
                try connection.execute("INSERT INTO meta VALUES ('test', 'x')")
            }
            try #require(error?.code == SQLITE_IOERR | 4 << 8)
            WatchedSyncs.fail = false
            let sql = "SELECT count(*) FROM meta WHERE key = 'test'"
            try #require(try connection.integer(sql) == 0)
        }
    }
}

/// A VFS below the product's, which counts the syncs of WAL files and can make them fail.
private enum WatchedSyncs {
    nonisolated(unsafe) static var count = 0
    nonisolated(unsafe) static var fail = false
    private nonisolated(unsafe) static var original: UnsafePointer<sqlite3_io_methods>?
    private nonisolated(unsafe) static var watching: UnsafePointer<sqlite3_io_methods>?

    /// Makes it the default VFS of this process.
    static func register() -> Bool {
        guard let base = sqlite3_vfs_find(nil) else { return false }
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        vfs.initialize(to: base.pointee)
        vfs.pointee.zName = UnsafePointer(strdup("watched-syncs"))
        vfs.pointee.pNext = nil
        vfs.pointee.pAppData = UnsafeMutableRawPointer(base)
        vfs.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let file, let data = vfs?.pointee.pAppData else { return SQLITE_MISUSE }
            let base = data.assumingMemoryBound(to: sqlite3_vfs.self)
            let code = base.pointee.xOpen(base, name, file, flags, outFlags)
            if code == SQLITE_OK, flags & SQLITE_OPEN_WAL != 0 { WatchedSyncs.watch(file) }
            return code
        }
        return sqlite3_vfs_register(vfs, 1) == SQLITE_OK
    }

    private static func watch(_ file: UnsafeMutablePointer<sqlite3_file>) {
        if watching == nil, let original = file.pointee.pMethods { prepare(over: original) }
        file.pointee.pMethods = watching
    }

    /// Makes the methods of all watched files.
    private static func prepare(over original: UnsafePointer<sqlite3_io_methods>) {
        Self.original = original
        var methods = original.pointee
        methods.xSync = { file, flags in
            WatchedSyncs.count += 1
            if WatchedSyncs.fail { return SQLITE_IOERR | 4 << 8 }
            return WatchedSyncs.original?.pointee.xSync(file, flags) ?? SQLITE_IOERR
        }
        let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        copy.initialize(to: methods)
        watching = UnsafePointer(copy)
    }
}
