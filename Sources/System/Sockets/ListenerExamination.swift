import Glibc

extension Listener {
    /// Why ``open(_:passed:)`` would fail at an address, as far as it can be found without
    /// listening there; nil if it would not.
    ///
    /// An address in use is not reported, because the service itself may be running.
    ///
    /// - Parameter passed: the names of the sockets that the service manager passed to this
    ///   process; nil if it is not the service that was started.
    package static func examine(_ address: ListenAddress, passed: [String]?) -> String? {
        switch address {
        case .systemd(let name):
            guard let passed, !passed.contains(name) else { return nil }
            return PassedSockets.missing(name, passed: passed)
        case .unix(let unix): return examine(unix)
        case .ip(let host, let port): return examine(host, port: port)
        }
    }

    private static func examine(_ address: UnixListenAddress) -> String? {
        let directory = FilePath.directory(of: address.path)
        if let obstacle = FilePath.obstacle(toCreatingIn: directory) {
            return "the directory \(directory) \(obstacle)"
        }
        if SocketFile.isOtherFile(at: address.path) {
            return "\(address.path) exists and is not a socket"
        }
        guard let group = address.group, !SocketFile.isGroup(group) else { return nil }
        return "the group \(group) does not exist"
    }

    /// Binds without listening, so that a service that listens there is not disturbed.
    private static func examine(_ host: IPAddress, port: UInt16) -> String? {
        do throws(SystemError) {
            let isV6 = host.family == .v6
            let descriptor = try Descriptor.streamSocket(isV6 ? AF_INET6 : AF_INET)
            try descriptor.setOption(SOL_SOCKET, SO_REUSEADDR, to: 1)
            try descriptor.bind(to: .ip(host, port: port))
            return nil
        } catch {
            return error.code == EADDRINUSE ? nil : ListenError.reason(error)
        }
    }
}

extension PassedSockets {
    /// That no socket was passed under a name, and which names there are.
    static func missing(_ name: String, passed: [String]) -> String {
        let names = Set(passed).sorted().joined(separator: ", ")
        return "no socket was passed under the name \(name); "
            + (names.isEmpty
                ? "none was passed at all: start the service through its socket unit"
                : "passed were: \(names) (FileDescriptorName= of the socket unit)")
    }

    /// The names of the sockets that the service manager passed to this process; nil if it passed
    /// none.
    package static func currentNames() -> [String]? {
        let names = names(processID: getpid()) { name in
            guard let value = unsafe getenv(name) else { return nil }
            return unsafe String(cString: value)
        }
        return names.isEmpty ? nil : Array(names.values)
    }
}

extension ListenError {
    /// What an error at an IP address means.
    static func reason(_ error: SystemError) -> String {
        switch error.code {
        case EADDRNOTAVAIL: "no network interface of this machine has this address"
        case EACCES: "ports below 1024 need the capability CAP_NET_BIND_SERVICE"
        case EAFNOSUPPORT: "this machine has no IPv6"
        default: error.description
        }
    }
}
