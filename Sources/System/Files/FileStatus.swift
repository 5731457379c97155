import CLinux
import Glibc

/// The identity of a file, independent of its names: device and inode.
///
/// The inode of a removed file is not used for another one while a descriptor of it is open.
package struct FileIdentity: Hashable, Sendable {
    private let deviceMajor: UInt32
    private let deviceMinor: UInt32
    package let inode: UInt64

    /// The file that `path` leads to; nil when there is none. Wraps `statx(2)`.
    ///
    /// Requests no times. Since Linux 6.13, a file whose times were requested gets a new time at
    /// its next write, and on some file systems each fdatasync then writes the inode too.
    package init?(at path: String) {
        var status = statx()
        guard unsafe statx(AT_FDCWD, path, 0, UInt32(STATX_INO), &status) == 0 else { return nil }
        deviceMajor = status.stx_dev_major
        deviceMinor = status.stx_dev_minor
        inode = status.stx_ino
    }

    /// The identity in a `stat`; the bits of `st_dev` are those of `gnu_dev_major(3)`.
    init(_ status: stat) {
        let device = UInt64(status.st_dev)
        deviceMajor = UInt32(truncatingIfNeeded: (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF)
        deviceMinor = UInt32(truncatingIfNeeded: device & 0xFF | (device >> 12) & ~0xFF)
        inode = UInt64(status.st_ino)
    }

    /// The device as `/proc/locks` writes it, `MAJOR:MINOR` in hexadecimal digits.
    package var deviceText: String {
        [deviceMajor, deviceMinor].map { number in
            let digits = String(number, radix: 16)
            return digits.count < 2 ? "0" + digits : digits
        }.joined(separator: ":")
    }
}

/// The free space of a file system.
package enum FileSpace {
    /// How many bytes an unprivileged user may still write to the file system of `path`.
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

    /// The size of the regular file at `path`, and the bytes of the file system that it occupies;
    /// nil when there is none. Wraps `lstat(2)`.
    package static func usage(of path: String) -> (byteCount: Int64, usedBytes: Int64)? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return (Int64(status.st_size), Int64(status.st_blocks) * 512)
    }

    /// Creates a file that occupies this many bytes (mode 0600); an existing one of that size
    /// stays.
    ///
    /// Wraps `posix_fallocate(3)`. A file that could not be completed is removed.
    ///
    /// - Parameter owner: the owner of a new file; nil means the user of this process.
    package static func reserve(
        _ path: String,
        bytes: Int,
        owner: FileOwnership? = nil
    ) throws(FileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .badPath }
        let raw = try asFileError { () throws(SystemError) in
            try retryingOnInterrupt("open") {
                unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            }
        }
        let descriptor = Descriptor(owning: raw)
        owner?.give(descriptor)
        // Returns its error instead of setting errno.
        var code = EINTR
        while code == EINTR { code = posix_fallocate(descriptor.raw, 0, off_t(bytes)) }
        if code == 0 { return }
        _ = unsafe unlink(path)
        throw .system(SystemError(call: "posix_fallocate", code: code))
    }
}
