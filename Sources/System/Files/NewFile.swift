import Glibc
import Synchronization

/// A new file that is written in pieces; it is removed unless it is finished.
package final class NewFile: Sendable {
    private let path: String
    private let descriptor: Descriptor
    private let isFinished = Atomic(false)

    /// Creates the file. Wraps `open(2)` with `O_EXCL`, and `fchmod(2)`.
    ///
    /// - Parameter owner: nil means the user of this process.
    package init(
        _ path: String,
        mode: UInt32,
        owner: FileOwnership? = nil
    ) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let raw = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("open") { unsafe open(path, flags, mode_t(mode)) }
        }
        descriptor = Descriptor(owning: raw)
        self.path = path
        // The umask does not apply: the mode is the given one.
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("fchmod") { fchmod(raw, mode_t(mode)) }
        }
        owner?.give(descriptor)
    }

    deinit {
        if !isFinished.load(ordering: .relaxed) { _ = unsafe unlink(path) }
    }

    /// Appends bytes; one call at a time. Wraps `write(2)`.
    package func append(_ bytes: [UInt8]) throws(FileError) {
        let raw = descriptor.raw
        var written = 0
        while written < bytes.count {
            let rest = bytes[written...]
            written += try asFileError { () throws(SystemError) in
                try unsafe rest.withUnsafeBufferPointer { (rest) throws(SystemError) in
                    try retryingOnInterrupt("write") {
                        unsafe Glibc.write(raw, rest.baseAddress, rest.count)
                    }
                }
            }
        }
    }

    /// Makes the contents durable; its name in the directory is not. Wraps `fsync(2)`.
    package func finish() throws(FileError) {
        let raw = descriptor.raw
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("fsync") { fsync(raw) }
        }
        isFinished.store(true, ordering: .relaxed)
    }
}
