import Glibc

/// The room of a file system.
package enum FileSpace {
    /// Bytes that an ordinary user may still write to the file system of `path`.
    ///
    /// Wraps `statvfs(3)`.
    package static func freeBytes(at path: String) throws(FileError) -> Int64 {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        var status = statvfs()
        _ = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("statvfs") { unsafe statvfs(path, &status) }
        }
        return Int64(clamping: status.f_bavail.multipliedReportingOverflow(by: status.f_frsize).0)
    }

    /// Makes a file that takes up so many bytes (mode 0600), or keeps one that does already.
    ///
    /// Wraps `posix_fallocate(3)`. What could not be made whole is removed again.
    package static func reserve(_ path: String, bytes: Int) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let raw = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("open") {
                unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            }
        }
        let descriptor = Descriptor(owning: raw)
        // Returns its error instead of setting errno.
        var code = EINTR
        while code == EINTR { code = posix_fallocate(descriptor.raw, 0, off_t(bytes)) }
        if code == 0 { return }
        _ = unsafe unlink(path)
        throw .system(SystemError(call: "posix_fallocate", code: code))
    }
}
