import CLinux
import Glibc
import Synchronization

/// A socket that accepts connections.
package final class Listener: Sendable {
    /// The actual address, with the port that the system chose.
    package let address: SocketAddress

    /// Whether the service manager has the socket too: connections that wait to be accepted wait on
    /// when the listener is closed.
    package let isPassed: Bool

    private let descriptor: Mutex<Descriptor?>
    private let file: SocketFile?

    /// Takes ownership of a listening socket; `file` is removed when it is closed.
    init(
        _ descriptor: consuming Descriptor,
        file: SocketFile? = nil,
        isPassed: Bool = false
    ) throws(SystemError) {
        self.isPassed = isPassed
        address = try descriptor.localAddress()
        if case .ip = address {
            // Responses are written in one piece. Connections inherit the option from their
            // listener.
            try descriptor.setOption(CInt(IPPROTO_TCP), TCP_NODELAY, to: 1)
        }
        self.descriptor = Mutex(descriptor)
        self.file = file
    }

    deinit { close() }

    /// Stops listening and removes the file of a Unix socket; connections that wait to be accepted
    /// are reset, unless the socket is a passed one.
    package func close() {
        let open = descriptor.withLock { $0.take() }
        if open != nil { file?.remove() }
    }

    /// Accepts one waiting connection; nil when none waits or the listener is closed.
    ///
    /// Wraps `accept4(2)`. Connections that broke while they waited are skipped.
    package func accept() throws(SystemError) -> Accepted? {
        guard let raw else { return nil }
        while true {
            do throws(SystemError) {
                return try Accepted(acceptingOn: raw)
            } catch {
                switch error.code {
                case EAGAIN: return nil
                // accept(2): errors of the new connection concern that connection only.
                case ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH,
                    ENETUNREACH, EPERM:
                    continue
                default: throw error
                }
            }
        }
    }

    /// The number of the descriptor; nil when it is closed.
    var raw: CInt? {
        descriptor.withLock { (descriptor: inout Descriptor?) -> CInt? in descriptor?.raw }
    }
}

/// A new connection, with the address of the client.
package struct Accepted: ~Copyable {
    package let peer: SocketAddress
    private let descriptor: Descriptor

    /// Accepts one connection that waits on the listening socket `raw`.
    fileprivate init(acceptingOn raw: CInt) throws(SystemError) {
        let flags = CInt(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let accepted = try unsafe withUnsafeMutablePointer(to: &storage) {
            (pointer) throws(SystemError) in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (address) throws(SystemError) in
                try retryingOnInterrupt("accept4") { unsafe accept4(raw, address, &size, flags) }
            }
        }
        descriptor = Descriptor(owning: accepted)
        peer = SocketAddress(storage, size: size) ?? .unix(path: "")
    }

    /// The connection without the address.
    package consuming func releaseDescriptor() -> Descriptor { descriptor }
}

extension Listener {
    /// The maximum of connections that wait to be accepted; the kernel limits it to
    /// `net.core.somaxconn`.
    private static let backlog: CInt = 4096

    /// Listens on `address`: on one socket, or on all that were passed under a name.
    package static func open(
        _ address: ListenAddress,
        passed: PassedSockets
    ) throws(ListenError) -> [Listener] {
        do throws(SystemError) {
            switch address {
            case .ip(let host, let port): return [try openIP(host, port: port)]
            case .systemd(let name): return try passed.claim(name)
            case .unix(let unix): return [try openUnix(unix)]
            }
        } catch {
            let explanation = examine(address, passed: passed.allNames)
            throw ListenError(address: address, cause: error, explanation: explanation)
        }
    }

    private static func openIP(_ host: IPAddress, port: UInt16) throws(SystemError) -> Listener {
        let isV6 = host.family == .v6
        let descriptor = try Descriptor.streamSocket(isV6 ? AF_INET6 : AF_INET)
        // A restarted service must not wait until connections of the last run time out.
        try descriptor.setOption(SOL_SOCKET, SO_REUSEADDR, to: 1)
        // `[::]` means IPv6 only: IPv4 is configured separately, and can be bound beside it.
        if isV6 { try descriptor.setOption(CInt(IPPROTO_IPV6), IPV6_V6ONLY, to: 1) }
        try descriptor.bind(to: .ip(host, port: port))
        try descriptor.listen(backlog: backlog)
        return try Listener(descriptor)
    }

    private static func openUnix(_ address: UnixListenAddress) throws(SystemError) -> Listener {
        let descriptor = try Descriptor.streamSocket(AF_UNIX)
        try SocketFile.removeStale(at: address.path)
        try descriptor.bind(to: .unix(path: address.path))
        // No client can connect before listen(2), so the permissions are set in time.
        let file = try SocketFile(at: address.path)
        do throws(SystemError) {
            if let mode = address.mode { try file.setMode(mode) }
            if let group = address.group { try file.setGroup(group) }
            try descriptor.listen(backlog: backlog)
            return try Listener(descriptor, file: file)
        } catch {
            file.remove()
            throw error
        }
    }
}

/// Why the service cannot listen on an address.
package struct ListenError: Error, Hashable, CustomStringConvertible {
    package let address: ListenAddress
    package let cause: SystemError

    /// What the cause means here; nil if it speaks for itself.
    let explanation: String?

    /// Whether the same attempt fails again until an operator changes something.
    ///
    /// An address that no interface has may get one later.
    package var isLasting: Bool {
        cause.code != EADDRNOTAVAIL && (explanation != nil || cause.isLasting)
    }

    package var description: String {
        "cannot listen on \(address): \(explanation ?? cause.description)"
    }
}

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

    /// Whether something that is not a socket is at `path`.
    static func isOtherFile(at path: String) -> Bool {
        guard let status = try? status(of: path) else { return false }
        return status.st_mode & S_IFMT != S_IFSOCK
    }

    /// Whether a group has this name or number.
    static func isGroup(_ group: String) -> Bool { (try? groupNumber(group)) != nil }

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
