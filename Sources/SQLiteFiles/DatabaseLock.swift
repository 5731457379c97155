package import Store
package import System
import Synchronization

/// The right of one process to use a database.
///
/// Two locks. `DATABASE.lock` tells the holder's process and stays when the database is replaced.
/// The database file's own inode is locked besides, so that no other name of the file leads around
/// the first lock: a symbolic link, a hard link, a removed `.lock`.
///
/// Acquire it before the first SQLite connection to the database, release it after the last, and
/// open the database file by nothing but SQLite meanwhile: closing any other descriptor of it drops
/// SQLite's own locks (see ``LockedFile``).
package final class DatabaseLock: Sendable {
    private struct Held: ~Copyable {
        let name: FileLock
        let file: LockedFile?

        borrowing func holder(start: Int, count: Int) throws(FileError) -> Int? {
            switch file {
            case .some(let file): try file.holderOfRecordLock(start: start, count: count)
            case .none: nil
            }
        }
    }

    /// What is known of the locked file.
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

    /// What becomes of a database that is not there.
    package enum Absence: Sendable {
        /// An empty file is made.
        case created
        /// The lock is refused.
        case refused
        /// Its name alone is locked.
        case allowed
    }

    /// The path without symbolic links: SQLite and the side files go by it.
    package let path: String

    /// The path as configured.
    package let configuredPath: String

    /// The locked file; nil when it is absent.
    package let identity: FileIdentity?

    /// How many names the file has; another one than ``path`` would lead to another WAL.
    package let linkCount: Int

    /// Where the file can be read while it is locked, even when it has no name any more.
    package let descriptorPath: String?

    /// What was wrong with the `.lock` file, which was set aside; nil as a rule.
    package let lockFileTrouble: SideFileTrouble?

    private let held: Mutex<Held?>

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
        held = Mutex(Held(name: name, file: file))
    }

    /// Locks the database at `path`, or says why that cannot be. Does not wait.
    ///
    /// A `.lock` file left behind by an earlier run is no obstacle.
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

    /// Locks the database file; nil where it is absent and may be.
    private static func lockFile(
        _ path: String,
        _ absence: Absence
    ) throws(Refusal) -> LockedFile? {
        let attempt = try refused(path) { () throws(FileError) in
            try LockedFile.acquire(path, isCreated: absence == .created)
        }
        switch consume attempt {
        case .locked(let file): return file
        case .held(let process): throw .inUse(path: path, process: process)
        case .missing:
            if absence != .allowed { throw .missing(path: path) }
            return nil
        }
    }

    /// Finds what ``acquire(_:whenAbsent:)`` would refuse about the files of a database, without
    /// opening any of them.
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

    /// What became of an attempt to lock the `.lock` file.
    private enum NameAttempt: ~Copyable {
        case locked(FileLock)
        /// It is another user's, or no regular file.
        case unusable(FileError)
    }

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
        case .held(let process): throw .inUse(path: path, process: process)
        }
    }

    /// Moves a `.lock` file out of the way that cannot be used.
    ///
    /// Only where no process can hold a lock by it: because the database file's own lock is held
    /// here, or because it is no regular file.
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

    /// A file that is missing or empty is made into a new database, never where one was before: its
    /// side files are still there then, and SQLite would delete the WAL.
    private static func check(_ path: String, _ absence: Absence) throws(Refusal) {
        let byteCount = try refused(path) { () throws(FileError) in
            try FilePath.byteCount(path)
        }
        if let byteCount, byteCount > 0 { return }
        let files = StoreFiles(main: path).orphans
        if !files.isEmpty { throw .orphaned(path: path, files: files) }
        if absence == .refused { throw .missing(path: path) }
    }

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
    /// Not after ``release()``, and not where the file was absent.
    package var isInPlace: Bool {
        guard let identity else { return false }
        return FileIdentity(at: configuredPath) == identity && held.withLock { $0 != nil }
    }

    /// Another process that has the database open in WAL mode, 0 when its id cannot be told; nil
    /// when there is none.
    ///
    /// Each such connection holds SQLite's shared lock as long as it is open: 510 bytes from the
    /// second behind 1 GiB on (`SHARED_FIRST`, `SHARED_SIZE`).
    func otherProcess() throws(FileError) -> Int? {
        try held.withLock { held throws(FileError) -> Int? in
            try held?.holder(start: 0x4000_0002, count: 510)
        }
    }

    /// Gives both locks up. The database must not be open any more.
    package func release() { held.withLock { $0 = nil } }
}

extension DatabaseLock {
    /// Why a database cannot be used.
    package enum Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        /// Another process uses it; its id, where it can be told.
        case inUse(path: String, process: Int?)
        /// The database or its lock file cannot be opened or locked.
        case failed(path: String, FileError)
        /// The `.lock` file of the database cannot be used and cannot be replaced.
        case unusableLockFile(path: String, FileError)
        /// The database is not there, or empty, and none is to be made.
        case missing(path: String)
        /// The database is not there, or empty, while files that belong to it are.
        case orphaned(path: String, files: [String])

        package var description: String {
            switch self {
            case .inUse(let path, let process?):
                "the database \(path) is in use by process \(process)"
            case .inUse(let path, nil):
                "the database \(path) is in use by a process of another namespace"
            case .failed(let path, let error): "cannot lock \(path): \(error)"
            case .unusableLockFile(let path, let error):
                "cannot lock \(path).lock: \(error). It only marks the process that uses the "
                    + "database: when none does, give it to the owner of the database, or remove it"
            case .missing(let path):
                "the database \(path) is missing or empty, and storage.create is false: is its "
                    + "volume mounted?"
            case .orphaned(let path, let files):
                "the database \(path) is missing or empty while files that belong to it are "
                    + "there: \(files.joined(separator: ", ")). Nothing was made or changed. "
                    + Self.advice(path, files)
            }
        }

        private static func advice(_ path: String, _ files: [String]) -> String {
            let begin = "to begin with an empty database, move these files away"
            guard files.contains(StoreFiles(main: path).restoring) else {
                return "Put the database back or restore a backup; \(begin)"
            }
            return "A restore was not finished: run `cashin-receiver restore FILE` again, with the "
                + "same backup; it compares with the database that was set aside. Or \(begin)"
        }
    }
}
