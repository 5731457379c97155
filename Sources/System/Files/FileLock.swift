import Glibc

/// An exclusive lock on a file, held until the process ends or this value is discarded.
///
/// It is a record lock of `fcntl(2)`: the kernel releases it when its process ends, in any way, and
/// names the process that holds it. It belongs to the process and not to the descriptor. No other
/// code in the process may open the file: closing that descriptor would release the lock.
package struct FileLock: ~Copyable {
    private let descriptor: Descriptor

    /// The result of an attempt to lock.
    package enum Attempt: ~Copyable {
        case locked(FileLock)
        /// Another process holds the lock; nil when it runs in another PID namespace.
        case lockedElsewhere(byProcess: Int?)
    }

    /// Locks the file at `path`; a missing file is created with mode 0600. Does not wait.
    ///
    /// Wraps `open(2)` and `fcntl(2)`. A symbolic link is not followed.
    ///
    /// - Parameter owner: the owner of a new file, and of an empty one that root left behind; nil
    ///   means the user of this process.
    package static func acquire(
        _ path: String,
        owner: FileOwnership? = nil
    ) throws(FileError) -> Attempt {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let descriptor = try open(path, owner)
        do throws(SystemError) {
            while true {
                if try lock(descriptor) { return .locked(FileLock(descriptor: descriptor)) }
                // The holder may have released the lock in between; then the next attempt succeeds.
                if let holder = try holder(of: descriptor) {
                    return .lockedElsewhere(byProcess: holder > 0 ? holder : nil)
                }
            }
        } catch {
            throw .system(error)
        }
    }

    /// Another process may create or remove the file between two calls, but not at every attempt.
    private static let attemptsMax = 100

    /// Opens the file, and creates it if it is missing.
    private static func open(
        _ path: String,
        _ owner: FileOwnership?
    ) throws(FileError) -> Descriptor {
        // Without O_NONBLOCK, opening a pipe in place of the file would block.
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        // Another process may create or remove the file in between.
        for _ in 0..<attemptsMax {
            if let made = try open(path, flags | O_CREAT | O_EXCL, unless: EEXIST) {
                owner?.give(made)
                return made
            }
            if let present = try open(path, flags, unless: ENOENT) {
                try examine(present, owner)
                return present
            }
        }
        throw .system(SystemError(call: "open", code: EAGAIN))
    }

    /// Opens the file with these flags.
    ///
    /// - Returns: nil for the error `expected`.
    private static func open(
        _ path: String,
        _ flags: CInt,
        unless expected: CInt
    ) throws(FileError) -> Descriptor? {
        do throws(SystemError) {
            let raw = try retryingOnInterrupt("open") { unsafe Glibc.open(path, flags, 0o600) }
            return Descriptor(owning: raw)
        } catch {
            if error.code == expected { return nil }
            throw .system(error)
        }
    }

    /// Rejects a file that is not regular. Gives an empty file of root with a single name to
    /// `owner`: it can have no other purpose.
    private static func examine(
        _ descriptor: borrowing Descriptor,
        _ owner: FileOwnership?
    ) throws(FileError) {
        let raw = descriptor.raw
        var status = stat()
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("fstat") { unsafe fstat(raw, &status) }
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        if status.st_uid == 0, status.st_size == 0, status.st_nlink == 1 { owner?.give(descriptor) }
    }

    /// Tries to lock; false when another process holds a lock.
    private static func lock(_ descriptor: borrowing Descriptor) throws(SystemError) -> Bool {
        let raw = descriptor.raw
        var request = wholeFile()
        do throws(SystemError) {
            _ = try retryingOnInterrupt("fcntl") { unsafe fcntl(raw, F_SETLK, &request) }
            return true
        } catch {
            if error.code == EAGAIN || error.code == EACCES { return false }
            throw error
        }
    }

    /// The process whose lock prevents this one; nil when there is none.
    private static func holder(of descriptor: borrowing Descriptor) throws(SystemError) -> Int? {
        let raw = descriptor.raw
        var request = wholeFile()
        _ = try retryingOnInterrupt("fcntl") { unsafe fcntl(raw, F_GETLK, &request) }
        return request.l_type == Int16(F_UNLCK) ? nil : Int(request.l_pid)
    }

    private static func wholeFile() -> flock {
        flock(l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
    }
}
