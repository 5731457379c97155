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
    package static func acquire(_ path: String) throws(FileError) -> Attempt {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let raw = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("open") {
                unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            }
        }
        let descriptor = Descriptor(owning: raw)
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
