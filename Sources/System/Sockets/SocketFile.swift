import Glibc

/// The file of a Unix socket.
final class SocketFile: Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// The file that `bind(2)` has just created.
    init(at path: String) throws(SystemError) {
        let status = try Self.status(of: path)
        self.path = path
        device = status.st_dev
        inode = status.st_ino
    }

    /// Wraps `chmod(2)`.
    func setMode(_ mode: UInt32) throws(SystemError) {
        let path = path
        _ = try retryingOnInterrupt("chmod") { unsafe chmod(path, mode_t(mode)) }
    }

    /// Wraps `chown(2)`; `group` is a name or a number.
    func setGroup(_ group: String) throws(SystemError) {
        let path = path
        let number = try Self.groupNumber(group)
        _ = try retryingOnInterrupt("chown") { unsafe chown(path, uid_t.max, number) }
    }

    /// Removes the file, unless another process has replaced it by its own.
    func remove() {
        guard let status = try? Self.status(of: path),
            status.st_dev == device, status.st_ino == inode
        else { return }
        // An error has no consequence: the next start removes a file on which no process listens.
        _ = unsafe unlink(path)
    }

    /// Removes the file at `path` that a process left behind when it ended without cleaning up.
    ///
    /// Throws `EADDRINUSE` when a process listens there, or when it is not a socket.
    static func removeStale(at path: String) throws(SystemError) {
        do throws(SystemError) {
            guard try status(of: path).st_mode & S_IFMT == S_IFSOCK else {
                throw SystemError(call: "bind", code: EADDRINUSE)
            }
            let probe = try Descriptor.streamSocket(AF_UNIX)
            try probe.connect(to: .unix(path: path))
        } catch {
            switch error.code {
            case ENOENT: return
            case ECONNREFUSED:
                _ = try retryingOnInterrupt("unlink") { unsafe unlink(path) }
                return
            // The queue is full, so a process listens.
            case EAGAIN: break
            default: throw error
            }
        }
        throw SystemError(call: "bind", code: EADDRINUSE)
    }

    /// Wraps `lstat(2)`.
    private static func status(of path: String) throws(SystemError) -> stat {
        var status = stat()
        _ = try retryingOnInterrupt("lstat") { unsafe lstat(path, &status) }
        return status
    }

    /// The number of a group. Wraps `getgrnam_r(3)`; an unknown name is `EINVAL`.
    private static func groupNumber(_ group: String) throws(SystemError) -> gid_t {
        if let number = gid_t(group) { return number }
        var entry = unsafe Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var text = [CChar](repeating: 0, count: 16_384)
        let code = unsafe getgrnam_r(group, &entry, &text, text.count, &found)
        guard code == 0, unsafe found != nil else {
            throw SystemError(call: "getgrnam_r", code: code == 0 ? EINVAL : code)
        }
        return unsafe entry.gr_gid
    }
}
