import Glibc

/// An exclusive lock on a file, held until the process ends or this value goes.
///
/// A record lock of `fcntl(2)`: the kernel drops it with its process, however that ends, and names
/// the process that holds it. It belongs to the process and not to the descriptor, so nothing else
/// in the process may open the file: closing that descriptor would drop the lock.
package struct FileLock: ~Copyable {
    private let descriptor: Descriptor

    /// What became of an attempt to lock.
    package enum Attempt: ~Copyable {
        case locked(FileLock)
        /// Another process holds the lock; nil when it lives in another process namespace.
        case held(byProcess: Int?)
    }

    /// Locks the file at `path`, which is made (mode 0600) when it is not there. Does not wait.
    ///
    /// Wraps `open(2)` and `fcntl(2)`. A symbolic link is not followed.
    ///
    /// - Parameter owner: of a new file, and of an empty one that root has left behind; nil for the
    ///   process's own user.
    package static func acquire(
        _ path: String,
        owner: FileOwnership? = nil
    ) throws(FileError) -> Attempt {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let descriptor = try open(path, owner)
        do throws(SystemError) {
            while true {
                if try lock(descriptor) { return .locked(FileLock(descriptor: descriptor)) }
                // The holder may have gone in between; then it is our turn again.
                if let holder = try holder(of: descriptor) {
                    return .held(byProcess: holder > 0 ? holder : nil)
                }
            }
        } catch {
            throw .system(error)
        }
    }

    private static let attemptsMax = 100

    private static func open(
        _ path: String,
        _ owner: FileOwnership?
    ) throws(FileError) -> Descriptor {
        // Without O_NONBLOCK a pipe in place of the file would be waited for.
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
        // Another process may make or remove it in between.
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

    /// Refuses what is no regular file. Gives an empty file of root to `owner`: no other content
    /// and no other name of it can be meant.
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

    /// The process that would be in the way of a lock; nil when none would.
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
