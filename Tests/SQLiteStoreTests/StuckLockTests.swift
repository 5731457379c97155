import CSQLite
import Glibc
import Ledger
import SQLite
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// A lock of the WAL's shared memory whose release failed does not outlast the next commits and
/// reads.
///
/// In processes of their own: the VFS below must be there before the product's first connection.
@Suite(.onSQLite, .timeLimit(.minutes(10))) struct StuckLockTests {
    /// A callback that takes 17 pages of the WAL.
    private static func large(_ number: Int) throws -> Delivery {
        try TestDelivery {
            $0.setReferences(number)
            $0.salt = String(repeating: "x", count: 60_000)
        }.delivery
    }

    /// Delivers more than fits into the largest WAL that is in order.
    private static func deliverLarge(from number: Int, _ test: TestStore) async throws {
        for group in 0..<8 {
            _ = await test.deliver(try (0..<80).map { try large(number + group * 80 + $0) })
        }
    }

    /// The size of the WAL in pages.
    private static func walPages(_ test: TestStore) -> Int {
        var status = stat()
        return stat(test.path + "-wal", &status) == 0 ? Int(status.st_size) / 4_120 : 0
    }

    @Test func `a lock that a reader could not release ends with the reads that wait for it`() async
    {
        await #expect(processExitsWith: .success) {
            try #require(FailedRelease.register())
            let test = try await TestStore()
            try await test.deliver { _ in }
            // A reader takes the mark of the newest commit in the shared memory.
            FailedRelease.next = .readMark(isExclusive: true)
            _ = try await test.store.readsFeed()
            try #require(FailedRelease.next == nil)
            // The next reads may begin before the database has been opened again.
            try #require(try await Patience.reaches { try await test.store.readsFeed() })
        }
    }

    @Test func `a lock that a checkpoint could not release does not let the WAL grow`() async {
        await #expect(processExitsWith: .success) {
            try #require(FailedRelease.register())
            let test = try await TestStore()
            FailedRelease.next = .checkpoint
            var number = 0
            while FailedRelease.next != nil {
                number += 1
                try await test.deliver(try Self.large(number))
            }
            // The connection that has the lock closes, while a reader is open.
            try #require(try await test.store.readsFeed())
            _ = try? await test.store.commit(LedgerScope()) { (_, _) throws(StoreError) in
                throw StoreError(.failed, "a disk that fails", context: "test")
            }
            try await Self.deliverLarge(from: number + 1, test)
            try #require(Self.walPages(test) < DatabaseLocation.pagesMax)
        }
    }

    @Test func `a read whose lock could not be released does not let the WAL grow`() async {
        await #expect(processExitsWith: .success) {
            try #require(FailedRelease.register())
            let test = try await TestStore()
            try await test.deliver { _ in }
            // All releases, because the same connection repairs one at its next read.
            (FailedRelease.next, FailedRelease.lasts) = (.readMark(isExclusive: false), true)
            try #require(try await test.store.readsFeed())
            // The connection that has the lock closes, while the writer's is open.
            test.store.reader.closeFiles()
            FailedRelease.next = nil
            try await Self.deliverLarge(from: 1, test)
            try #require(Self.walPages(test) < DatabaseLocation.pagesMax)
        }
    }

    @Test func `the marks of readers that a commit could not release are not waited for`() async {
        await #expect(processExitsWith: .success) {
            try #require(FailedRelease.register())
            let test = try await TestStore()
            try await test.deliver { _ in }
            // Its connection stays open, and the shared memory of the process with it.
            try #require(try await test.store.readsFeed())
            FailedRelease.next = .allReadMarks
            var number = 0
            // A commit locks them when it restarts the WAL.
            while FailedRelease.next != nil {
                number += 1
                _ = await test.deliver([try Self.large(number)])
            }
            try #require(
                await Patience.reaches {
                    (try? await test.deliver(try Self.large(number + 1))) != nil
                }
            )
        }
    }
}

extension Store {
    /// Whether the feed can be read from the database.
    fileprivate func readsFeed() async throws -> Bool {
        do {
            return try await reader.feedBounds().head > 0
        } catch {
            return false
        }
    }
}

/// A VFS below the product's, in which the release of one lock fails as it does when `fcntl(2)`
/// fails.
private enum FailedRelease: Equatable {
    case checkpoint
    case readMark(isExclusive: Bool)
    case allReadMarks

    /// The lock whose next release fails; nil when it has failed.
    nonisolated(unsafe) static var next: FailedRelease?

    /// Whether later releases of it fail, too.
    nonisolated(unsafe) static var lasts = false
    private nonisolated(unsafe) static var original: UnsafePointer<sqlite3_io_methods>?
    private nonisolated(unsafe) static var watching: UnsafePointer<sqlite3_io_methods>?

    /// Locks in the shared memory (`wal.c`): 0 write, 1 checkpoint, 2 recovery, 3 a read of the
    /// database file alone, 4 to 7 the marks of reads of the WAL.
    private func matches(_ offset: Int32, _ count: Int32, _ flags: Int32) -> Bool {
        switch self {
        case .checkpoint: offset == 1
        case .allReadMarks: offset == 4 && count == 4
        case .readMark(let isExclusive):
            offset >= 4 && isExclusive == (flags & SQLITE_SHM_EXCLUSIVE != 0)
        }
    }

    /// Makes it the default VFS of this process.
    static func register() -> Bool {
        guard let base = sqlite3_vfs_find(nil) else { return false }
        let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        vfs.initialize(to: base.pointee)
        vfs.pointee.zName = UnsafePointer(strdup("failed-release"))
        vfs.pointee.pNext = nil
        vfs.pointee.pAppData = UnsafeMutableRawPointer(base)
        vfs.pointee.xOpen = { vfs, name, file, flags, outFlags in
            guard let file, let data = vfs?.pointee.pAppData else { return SQLITE_MISUSE }
            let base = data.assumingMemoryBound(to: sqlite3_vfs.self)
            let code = base.pointee.xOpen(base, name, file, flags, outFlags)
            let isMain = name.map { String(cString: $0).hasSuffix("/receiver.db") } ?? false
            if code == SQLITE_OK, isMain { FailedRelease.watch(file) }
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
        methods.xShmLock = { file, offset, count, flags in
            if flags & SQLITE_SHM_UNLOCK != 0, let lock = FailedRelease.next,
                lock.matches(offset, count, flags)
            {
                if !FailedRelease.lasts { FailedRelease.next = nil }
                return SQLITE_IOERR | 8 << 8
            }
            return FailedRelease.original?.pointee.xShmLock(file, offset, count, flags)
                ?? SQLITE_IOERR
        }
        let copy = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        copy.initialize(to: methods)
        watching = UnsafePointer(copy)
    }
}
