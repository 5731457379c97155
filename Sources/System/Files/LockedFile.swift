import Glibc

/// A regular file that is open and locked with `flock(2)` until this value is discarded.
///
/// The lock belongs to the inode: it cannot be bypassed by another name of the file or a removed
/// lock file. It is independent of the record locks of `fcntl(2)`, which SQLite uses. But closing
/// any descriptor of a file drops the record locks of the process on it, so this value must be
/// created before the first SQLite connection to the file and outlive the last.
package struct LockedFile: ~Copyable {
    private let descriptor: Descriptor

    package let identity: FileIdentity

    /// The result of an attempt to lock.
    package enum Attempt: ~Copyable {
        case locked(LockedFile)
        /// Another descriptor holds the lock; nil when its process is unknown, as in another PID
        /// namespace.
        case lockedElsewhere(byProcess: Int?)
        /// The file does not exist, and must not be created.
        case missing
    }

    private init(descriptor: consuming Descriptor, identity: FileIdentity) {
        self.descriptor = descriptor
        self.identity = identity
    }

    deinit {
        // Closing alone would leave the lock to a child that was just forked, until it executes its
        // program.
        _ = flock(descriptor.raw, LOCK_UN)
    }

    /// Opens and locks the file at `path`. Does not wait.
    ///
    /// - Parameter isCreated: whether a missing file is created, empty and with mode 0600.
    package static func acquire(_ path: String, isCreated: Bool) throws(FileError) -> Attempt {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        // The file may be replaced in between. Replacements at every attempt are a mistake, not a
        // race.
        for _ in 0..<attemptsMax {
            guard let descriptor = try open(path, isCreated: isCreated) else {
                if isCreated { continue }
                return .missing
            }
            let identity = FileIdentity(try status(of: descriptor))
            guard try lock(descriptor) else {
                return .lockedElsewhere(byProcess: holder(of: identity))
            }
            // It may have been replaced between opening and locking.
            guard FileIdentity(at: path) == identity else { continue }
            return .locked(LockedFile(descriptor: descriptor, identity: identity))
        }
        throw .system(SystemError(call: "open", code: EAGAIN))
    }

    private static let attemptsMax = 100

    /// The size of the file in bytes. Wraps `fstat(2)`.
    package borrowing func byteCount() throws(FileError) -> Int {
        Int(try Self.status(of: descriptor).st_size)
    }

    /// How many names the file has; 0 after the last one was removed. Wraps `fstat(2)`.
    package borrowing func linkCount() throws(FileError) -> Int {
        Int(try Self.status(of: descriptor).st_nlink)
    }

    /// Another process that holds a record lock on a part of the file, 0 when its ID is unknown;
    /// nil when there is none. Wraps `fcntl(2)`.
    package borrowing func holderOfRecordLock(start: Int, count: Int) throws(FileError) -> Int? {
        let raw = descriptor.raw
        var request = Glibc.flock(
            l_type: Int16(F_WRLCK),
            l_whence: Int16(SEEK_SET),
            l_start: off_t(start),
            l_len: off_t(count),
            l_pid: 0
        )
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("fcntl") { unsafe fcntl(raw, F_GETLK, &request) }
        }
        return request.l_type == Int16(F_UNLCK) ? nil : Int(request.l_pid)
    }

    /// A path at which the file can be read while this value exists, even without a name.
    package var descriptorPath: String { "/proc/\(CurrentProcess.id)/fd/\(descriptor.raw)" }

    /// Nil when the file is missing, or when it was to be created and has just appeared.
    private static func open(_ path: String, isCreated: Bool) throws(FileError) -> Descriptor? {
        do throws(SystemError) {
            // Without O_NONBLOCK, opening a pipe in place of the file would block.
            let flags = O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
            let raw = try retryingOnInterrupt("open") { unsafe Glibc.open(path, flags) }
            return Descriptor(owning: raw)
        } catch {
            guard error.code == ENOENT else { throw .system(error) }
        }
        return isCreated ? try create(path) : nil
    }

    private static func create(_ path: String) throws(FileError) -> Descriptor? {
        let owner = FileOwnership.ofNewFile(beside: path)
        do throws(SystemError) {
            let flags = O_RDWR | O_CLOEXEC | O_CREAT | O_EXCL
            let raw = try retryingOnInterrupt("open") { unsafe Glibc.open(path, flags, 0o600) }
            let descriptor = Descriptor(owning: raw)
            // The umask does not apply.
            _ = try retryingOnInterrupt("fchmod") { fchmod(raw, 0o600) }
            owner?.give(descriptor)
            return descriptor
        } catch {
            guard error.code == EEXIST else { throw .system(error) }
            return nil
        }
    }

    private static func status(of descriptor: borrowing Descriptor) throws(FileError) -> stat {
        let raw = descriptor.raw
        var status = stat()
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("fstat") { unsafe fstat(raw, &status) }
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        return status
    }

    private static func lock(_ descriptor: borrowing Descriptor) throws(FileError) -> Bool {
        let raw = descriptor.raw
        do throws(SystemError) {
            _ = try retryingOnInterrupt("flock") { flock(raw, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            if error.code == EWOULDBLOCK { return false }
            throw .system(error)
        }
    }

    /// The process that holds the lock, from the kernel's list of locks: proc_locks(5).
    private static func holder(of identity: FileIdentity) -> Int? {
        guard let list = try? FileContents(reading: "/proc/locks", bytesMax: 4 << 20) else {
            return nil
        }
        return holder(of: identity, in: String(decoding: list.bytes, as: UTF8.self))
    }

    /// - Parameter list: lines such as `1: FLOCK  ADVISORY  WRITE 4321 fe:00:1234 0 EOF`.
    package static func holder(of identity: FileIdentity, in list: String) -> Int? {
        var sameInode: [Int] = []
        for line in list.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 6, fields[1] == "FLOCK", let process = Int(fields[4]), process > 0
            else { continue }
            if fields[5] == "\(identity.deviceText):\(identity.inode)" { return process }
            if fields[5].hasSuffix(":\(identity.inode)") { sameInode.append(process) }
        }
        // On layered file systems the device in the list differs from that of stat(2).
        return sameInode.count == 1 ? sameInode[0] : nil
    }
}
