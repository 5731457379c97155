import Glibc

/// Which file is meant, under whatever name: its device and inode.
///
/// The inode of a removed file is not given to another one while a descriptor of it is open.
package struct FileIdentity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64

    /// The file that `path` leads to, or nil when it leads to none. Wraps `stat(2)`.
    package init?(at path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }

    /// The device as `/proc/locks` writes it, `MAJOR:MINOR` in hexadecimal digits.
    ///
    /// The bits are those of `gnu_dev_major(3)`.
    var deviceText: String {
        let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
        let minor = device & 0xFF | (device >> 12) & ~0xFF
        return [major, minor].map { number in
            let digits = String(number, radix: 16)
            return digits.count < 2 ? "0" + digits : digits
        }.joined(separator: ":")
    }
}
