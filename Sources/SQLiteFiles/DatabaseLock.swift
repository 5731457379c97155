package import Store
package import System
import Synchronization

/// The exclusive right of one process to use a database.
///
/// It consists of two locks. The record lock on `DATABASE.lock` names the process that holds it,
/// and survives a replaced database. The `flock` on the inode of the database file cannot be
/// bypassed by another name of the file (a symbolic or hard link) or by removing `.lock`.
///
/// Acquire it before the first SQLite connection to the database and release it after the last.
/// Between the two, only SQLite may open the database file: closing any other descriptor of it
/// drops SQLite's own locks (see ``LockedFile``).
package final class DatabaseLock: Sendable {
    /// The two locks; both are released when the value is discarded.
    private struct Locks: ~Copyable {
        let name: FileLock
        let file: LockedFile?

        /// Another process with a record lock on a part of the database file, 0 when its ID is
        /// unknown; nil when there is none.
        borrowing func holder(start: Int, count: Int) throws(FileError) -> Int? {
            switch file {
            case .some(let file): try file.holderOfRecordLock(start: start, count: count)
            case .none: nil
            }
        }
    }

    /// The properties of the locked file; the defaults are those of a missing one.
    private struct FileFacts {
        var identity: FileIdentity?
        var linkCount = 0
        var descriptorPath: String?

        init(_ file: borrowing LockedFile?) throws(FileError) {
            switch file {
            case .some(let file):
                identity = file.identity
                linkCount = try file.linkCount()
                descriptorPath = file.descriptorPath
            case .none: return
            }
        }
    }

    /// What ``acquire(_:whenAbsent:)`` does when the database file is missing.
    package enum Absence: Sendable {
        /// Creates an empty file.
        case created
        /// Throws ``Refusal/missing(path:)``.
        case refused
        /// Locks `DATABASE.lock` alone.
        case allowed
    }

    /// The path without symbolic links; SQLite and the side files use it.
    package let path: String

    /// The path as configured.
    package let configuredPath: String

    /// Device and inode of the locked file; nil when it was missing.
    package let identity: FileIdentity?

    /// How many hard links the file has, 0 when it was missing. More than one is a risk: opened by
    /// another name, the database would get another WAL.
    package let linkCount: Int

    /// A path at which the locked file can be read even after it was removed; nil when it was
    /// missing.
    package let descriptorPath: String?

    /// The problem of a `.lock` file that was set aside; usually nil.
    package let lockFileTrouble: SideFileTrouble?

    /// Nil after ``release()``.
    private let locks: Mutex<Locks?>

    private init(
        configuredPath: String,
        path: String,
        name: consuming FileLock,
        trouble: SideFileTrouble?,
        file: consuming LockedFile?,
        _ facts: FileFacts
    ) {
        self.configuredPath = configuredPath
        self.path = path
        linkCount = facts.linkCount
        descriptorPath = facts.descriptorPath
        identity = facts.identity
        lockFileTrouble = trouble
        locks = Mutex(Locks(name: name, file: file))
    }

    /// Locks the database at `configuredPath`. Does not wait for another process.
    ///
    /// A `.lock` file that an earlier run left behind is no obstacle.
    ///
    /// - Throws: ``Refusal``; then neither lock is held.
    package static func acquire(
        _ configuredPath: String,
        whenAbsent absence: Absence
    ) throws(Refusal) -> DatabaseLock {
        let path = try refused(configuredPath) { () throws(FileError) in
            try FilePath.resolve(configuredPath)
        }
        let attempt = try lockName(path)
        if absence != .allowed { try check(path, absence) }
        let file = try lockFile(path, absence)
        let facts = try refused(path) { () throws(FileError) in try FileFacts(file) }
        var trouble: SideFileTrouble?
        let name: FileLock
        switch consume attempt {
        case .locked(let lock): name = lock
        case .unusable(let error):
            trouble = try setLockFileAside(path, because: error, isLocked: facts.identity != nil)
            guard case .locked(let lock) = try lockName(path) else {
                throw .unusableLockFile(path: path, error)
            }
            name = lock
        }
        return DatabaseLock(
            configuredPath: configuredPath,
            path: path,
            name: name,
            trouble: trouble,
            file: file,
            facts
        )
    }

    /// Locks the database file; nil when it is missing and may be.
    private static func lockFile(
        _ path: String,
        _ absence: Absence
    ) throws(Refusal) -> LockedFile? {
        let attempt = try refused(path) { () throws(FileError) in
            try LockedFile.acquire(path, isCreated: absence == .created)
        }
        switch consume attempt {
        case .locked(let file): return file
        case .lockedElsewhere(let process): throw .inUse(path: path, process: process)
        case .missing:
            if absence != .allowed { throw .missing(path: path) }
            return nil
        }
    }

    /// The reason for which ``acquire(_:whenAbsent:)`` would refuse the files of a database, as far
    /// as it can be found without opening or locking one; nil when there is none.
    package static func examine(_ configuredPath: String, whenAbsent absence: Absence) -> Refusal? {
        do throws(Refusal) {
            let path = try refused(configuredPath) { () throws(FileError) in
                try FilePath.resolve(configuredPath)
            }
            try check(path, absence)
            return nil
        } catch {
            return error
        }
    }

    /// The result of an attempt to lock the `.lock` file.
    private enum NameAttempt: ~Copyable {
        case locked(FileLock)
        /// It belongs to another user, or is not a regular file.
        case unusable(FileError)
    }

    /// Acquires the record lock on `DATABASE.lock`.
    private static func lockName(_ path: String) throws(Refusal) -> NameAttempt {
        let lockFile = path + ".lock"
        let attempt: FileLock.Attempt
        do throws(FileError) {
            attempt = try FileLock.acquire(
                lockFile,
                owner: FileOwnership.ofNewFile(beside: path)
            )
        } catch {
            if FileCreation.exists(lockFile) { return .unusable(error) }
            throw .failed(path: lockFile, error)
        }
        switch consume attempt {
        case .locked(let lock): return .locked(lock)
        case .lockedElsewhere(let process): throw .inUse(path: path, process: process)
        }
    }

    /// Renames an unusable `.lock` file.
    ///
    /// Only when no process can hold a lock through it: because this process holds the lock on the
    /// database file, or because it is not a regular file.
    private static func setLockFileAside(
        _ path: String,
        because error: FileError,
        isLocked: Bool
    ) throws(Refusal) -> SideFileTrouble {
        let lockFile = path + ".lock"
        guard isLocked || error.isNotRegular else {
            throw .unusableLockFile(path: path, error)
        }
        let free = SideFile.freeName(for: lockFile)
        do throws(FileError) {
            try FileCreation.rename(lockFile, to: free)
        } catch {
            throw .unusableLockFile(path: path, error)
        }
        return SideFileTrouble(
            path: lockFile,
            kind: .setAside(as: free),
            error: StoreError(.failed, error.description, context: "lock \(lockFile)")
        )
    }

    /// Refuses a missing or empty database where none may be created.
    ///
    /// Where the WAL or a side file exists, a database existed before. Then no new one is created
    /// in its place: SQLite would delete the WAL, and with it the newest commits.
    private static func check(_ path: String, _ absence: Absence) throws(Refusal) {
        let byteCount = try refused(path) { () throws(FileError) in
            try FilePath.byteCount(path)
        }
        if let byteCount, byteCount > 0 { return }
        let files = StoreFiles(main: path).orphans
        if !files.isEmpty { throw .orphaned(path: path, files: files) }
        if absence == .refused { throw .missing(path: path) }
    }

    /// Runs `body` and throws its error with the path.
    private static func refused<Value: ~Copyable>(
        _ path: String,
        _ body: () throws(FileError) -> Value
    ) throws(Refusal) -> Value {
        do throws(FileError) {
            return try body()
        } catch {
            throw .failed(path: path, error)
        }
    }

    /// Whether the configured path still leads to the locked file.
    ///
    /// False after ``release()``, and when the file was missing. Costs one call of `statx(2)`.
    package var isInPlace: Bool {
        guard let identity else { return false }
        return FileIdentity(at: configuredPath) == identity && locks.withLock { $0 != nil }
    }

    /// Another process that has the database open in WAL mode, 0 when its ID is unknown; nil when
    /// there is none.
    ///
    /// Each such connection holds SQLite's shared lock while it is open: 510 bytes from the second
    /// byte after 1 GiB on (`SHARED_FIRST`, `SHARED_SIZE`).
    package func otherProcess() throws(FileError) -> Int? {
        try locks.withLock { locks throws(FileError) -> Int? in
            try locks?.holder(start: 0x4000_0002, count: 510)
        }
    }

    /// Releases both locks. No connection to the database may be open any more.
    package func release() { locks.withLock { $0 = nil } }
}

extension DatabaseLock {
    /// Why a database cannot be used.
    package enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        /// Another process uses it. Its ID is nil when it runs in another PID namespace.
        case inUse(path: String, process: Int?)
        /// The database or its lock file cannot be opened or locked.
        case failed(path: String, FileError)
        /// The `.lock` file of the database is unusable and cannot be replaced.
        case unusableLockFile(path: String, FileError)
        /// The database is missing or empty, and must not be created.
        case missing(path: String)
        /// The database is missing or empty, but `files` that belong to it exist.
        case orphaned(path: String, files: [String])

        package var description: String {
            switch self {
            case .inUse(let path, let process?):
                "the database \(path) is in use by process \(process)"
            case .inUse(let path, nil):
                "the database \(path) is in use by a process in another PID namespace"
            case .failed(let path, let error): "cannot lock \(path): \(error)"
            case .unusableLockFile(let path, let error):
                "cannot lock \(path).lock: \(error). The file only names the process that uses the "
                    + "database: while none does, give it to the owner of the database, or remove "
                    + "it"
            case .missing(let path):
                "the database \(path) is missing or empty, and storage.create is false; check that "
                    + "its volume is mounted"
            case .orphaned(let path, let files):
                "the database \(path) is missing or empty, but files that belong to it exist: "
                    + "\(files.joined(separator: ", ")). Nothing was created or changed. "
                    + Self.advice(path, files)
            }
        }

        /// What the operator can do about a database that is missing or empty.
        private static func advice(_ path: String, _ files: [String]) -> String {
            let begin = "to start with an empty database, move these files away"
            if files.contains(StoreFiles(main: path).importing) {
                return "An import was interrupted: run `cashin-receiver import` again. Or, \(begin)"
            }
            guard files.contains(StoreFiles(main: path).restoring) else {
                return "Put the database back or restore a backup; \(begin)"
            }
            return "A restore was interrupted: run `cashin-receiver restore FILE` again with the "
                + "same backup; it compares the backup with the database that was set aside. Or, "
                + begin
        }
    }
}
