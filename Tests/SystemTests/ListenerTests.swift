import Glibc
import Testing

@testable import System

/// A path that no other test uses.
private func path(_ name: String) -> String { "/tmp/cashin-\(getpid())-\(name).sock" }

private func open(_ text: String) throws -> Listener {
    let address = try ListenAddress(parsing: text)
    return try #require(try Listener.open(address, passed: PassedSockets()).first)
}

/// Connects; the error that becomes of it, or 0.
private func connectOutcome(_ address: SocketAddress) throws -> CInt {
    let client = try connected(to: address)
    return try client.option(SOL_SOCKET, SO_ERROR)
}

private func connected(to address: SocketAddress) throws -> Descriptor {
    let isUnix = address.address == nil
    let isV6 = address.address?.family == .v6
    let client = try Descriptor.streamSocket(isUnix ? AF_UNIX : isV6 ? AF_INET6 : AF_INET)
    let raw = client.raw
    do throws(SystemError) {
        try client.connect(to: address)
    } catch {
        guard error.code == EINPROGRESS else { throw error }
        var watched = pollfd(fd: raw, events: Int16(POLLOUT), revents: 0)
        #expect(poll(&watched, 1, 10_000) == 1)
    }
    return client
}

/// Listens on a socket with that number, as one that systemd passes has it.
private func passSocket(as number: CInt) throws {
    let socket = try Descriptor.streamSocket(AF_INET)
    try socket.bind(to: .ip(IPAddress(v4: 0x7f00_0001), port: 0))
    try socket.listen(backlog: 1)
    dup2(socket.raw, number)
}

private func waitForConnection(on listener: Listener) throws {
    var watched = pollfd(fd: try #require(listener.raw), events: Int16(POLLIN), revents: 0)
    #expect(poll(&watched, 1, 10_000) == 1)
}

/// Accepts one connection and closes it; who made it, or nil when none waits.
private func nextPeer(of listener: Listener) throws -> SocketAddress? {
    guard let accepted = try listener.accept() else { return nil }
    return accepted.peer
}

@Suite struct `A listener` {
    @Test(arguments: ["127.0.0.1:0", "[::1]:0"])
    func `accepts connections without delayed writes, and knows who made them`(
        text: String
    )
        throws
    {
        let listener = try open(text)
        guard case .ip(_, let port) = listener.address else { return }
        #expect(port != 0)
        let client = try connected(to: listener.address)
        try waitForConnection(on: listener)
        let clientAddress = try client.localAddress()
        guard let accepted = try listener.accept() else {
            Issue.record("a connection waits")
            return
        }
        let peer = accepted.peer
        let descriptor = accepted.releaseDescriptor()
        let isUndelayed = try descriptor.option(CInt(IPPROTO_TCP), TCP_NODELAY) == 1
        let statusFlags = fcntl(descriptor.raw, F_GETFL)
        let flags = fcntl(descriptor.raw, F_GETFD)
        #expect(peer == clientAddress)
        #expect(isUndelayed)
        #expect(statusFlags & O_NONBLOCK != 0)
        #expect(flags & FD_CLOEXEC != 0)
        #expect(try nextPeer(of: listener) == nil)
    }

    @Test func `on all IPv6 addresses leaves IPv4 alone`() throws {
        // A port that is free for IPv6 may be in use for IPv4, by another test: one of several.
        let isFree = try (0..<20).contains { _ in
            let v6 = try open("[::]:0")
            guard case .ip(_, let port) = v6.address else { return false }
            return (try? open("0.0.0.0:\(port)"))?.address.description == "0.0.0.0:\(port)"
        }
        #expect(isFree)
    }

    @Test func `names address and cause when it cannot be opened`() throws {
        let first = try open("127.0.0.1:0")
        let error = #expect(throws: ListenError.self) { try open("\(first.address)") }
        #expect(error?.cause.code == EADDRINUSE)
        #expect(
            error?.description
                == "cannot listen on \(first.address): bind: Address already in use (98)"
        )
    }

    @Test func `refuses everyone when it is closed`() throws {
        let listener = try open("127.0.0.1:0")
        listener.close()
        #expect(try nextPeer(of: listener) == nil)
        #expect(try connectOutcome(listener.address) == ECONNREFUSED)
    }
}

@Suite struct `A Unix socket` {
    @Test func `has the mode asked for, and goes with its listener`() throws {
        let path = path("mode")
        let listener = try open("unix:\(path)?mode=0620&group=\(getgid())")
        var status = stat()
        #expect(lstat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o620)
        _ = try connected(to: listener.address)
        #expect(try nextPeer(of: listener) == .unix(path: ""))
        listener.close()
        #expect(lstat(path, &status) == -1)
    }

    @Test func `left behind by another process is replaced`() throws {
        let path = path("stale")
        do {
            let dead = try Descriptor.streamSocket(AF_UNIX)
            try dead.bind(to: .unix(path: path))
        }
        let listener = try open("unix:" + path)
        _ = try connected(to: listener.address)
    }

    @Test func `that someone listens on is left alone`() throws {
        let path = path("taken")
        let first = try open("unix:" + path)
        let error = #expect(throws: ListenError.self) { try open("unix:" + path) }
        #expect(error?.cause == SystemError(call: "bind", code: EADDRINUSE))
        _ = try connected(to: first.address)
    }

    @Test func `never replaces a file`() throws {
        let path = path("file")
        let file = try #require(fopen(path, "w"))
        fclose(file)
        defer { unlink(path) }
        let error = #expect(throws: ListenError.self) { try open("unix:" + path) }
        #expect(error?.cause.code == EADDRINUSE)
    }

    @Test func `is not removed when another has taken its place`() throws {
        let path = path("replaced")
        let first = try open("unix:" + path)
        unlink(path)
        let second = try open("unix:" + path)
        first.close()
        _ = try connected(to: second.address)
    }

    @Test func `of an unknown group is not left behind`() throws {
        let path = path("group")
        let error = #expect(throws: ListenError.self) {
            try open("unix:\(path)?group=no-such-group")
        }
        #expect(error?.cause == SystemError(call: "getgrnam_r", code: EINVAL))
        var status = stat()
        #expect(lstat(path, &status) == -1)
    }
}

@Suite struct `Passed sockets` {
    private static func names(_ variables: [String: String]) -> [CInt: String] {
        PassedSockets.names(processID: 42) { variables[$0] }
    }

    @Test func `are numbered from three, by the names given`() {
        let names = Self.names([
            "LISTEN_PID": "42", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "notify:internal",
        ])
        #expect(names == [3: "notify", 4: "internal", 5: "unknown"])
    }

    @Test(arguments: [
        [:], ["LISTEN_PID": "41", "LISTEN_FDS": "1"], ["LISTEN_PID": "42"],
        ["LISTEN_PID": "42", "LISTEN_FDS": "0"], ["LISTEN_PID": "42", "LISTEN_FDS": "-1"],
        ["LISTEN_PID": "42", "LISTEN_FDS": "99999"], ["LISTEN_PID": "42", "LISTEN_FDS": "x"],
        ["LISTEN_PID": "x", "LISTEN_FDS": "1"],
    ])
    func `are none unless the variables are ours`(variables: [String: String]) {
        #expect(Self.names(variables).isEmpty)
    }

    @Test func `that were not passed are an error`() throws {
        let passed = PassedSockets(processID: 42) { _ in nil }
        let error = #expect(throws: ListenError.self) {
            try Listener.open(.systemd(name: "notify"), passed: passed)
        }
        #expect(error?.cause.code == ENOENT)
        #expect(
            error?.description
                == "cannot listen on systemd:notify: no socket was passed under the name notify; "
                + "none was passed at all: start the service through its socket unit"
        )
        #expect(error?.isLasting == true)
    }

    @Test func `are named when another one was expected`() {
        let address = ListenAddress.systemd(name: "notify")
        #expect(
            Listener.examine(address, passed: ["web", "admin", "web"])
                == "no socket was passed under the name notify; passed were: admin, web "
                + "(FileDescriptorName= of the socket unit)"
        )
        #expect(Listener.examine(address, passed: ["notify"]) == nil)
        #expect(Listener.examine(address, passed: nil) == nil)
    }

    @Test func `are taken over, all of a name, once`() async {
        await #expect(processExitsWith: .success) {
            for number: CInt in 100...102 { try passSocket(as: number) }
            let variables = [
                "LISTEN_PID": "42", "LISTEN_FDS": "3", "LISTEN_FDNAMES": "a:b:a",
            ]
            let passed = PassedSockets(processID: 42, start: 100) { variables[$0] }
            let listeners = try Listener.open(.systemd(name: "a"), passed: passed)
            #expect(listeners.count == 2)
            #expect(listeners.allSatisfy { $0.isPassed })
            for listener in listeners {
                _ = try connected(to: listener.address)
                try waitForConnection(on: listener)
                #expect(fcntl(try #require(listener.raw), F_GETFD) & FD_CLOEXEC != 0)
            }
            #expect(throws: ListenError.self) {
                try Listener.open(.systemd(name: "a"), passed: passed)
            }
        }
    }
}

@Suite struct `Addresses that cannot be bound` {
    @Test func `are found without listening, also while they are in use`() throws {
        let any = try ListenAddress(parsing: "127.0.0.1:0")
        let listener = try #require(try Listener.open(any, passed: PassedSockets()).first)
        let used = try ListenAddress(parsing: listener.address.description)
        #expect(Listener.examine(used, passed: nil) == nil)
        // TEST-NET-1 of RFC 5737 is no machine's own address.
        let foreign = try ListenAddress(parsing: "192.0.2.1:8080")
        #expect(
            Listener.examine(foreign, passed: nil)
                == "no network interface of this machine has this address"
        )
        let error = #expect(throws: ListenError.self) {
            try Listener.open(foreign, passed: PassedSockets())
        }
        // An interface may get the address later.
        #expect(error?.isLasting == false)
    }

    @Test(arguments: [
        ("10.255.0.1", true), ("172.15.0.1", false), ("172.16.0.1", true), ("172.32.0.1", false),
        ("192.168.0.1", true), ("192.169.0.1", false), ("100.64.0.1", true),
        ("100.63.0.1", false), ("169.254.1.1", true), ("127.0.0.1", true), ("0.0.0.0", true),
        ("203.0.113.7", false), ("::1", true), ("::", true), ("fd00::1", true),
        ("fe80::1", true), ("2001:db8::1", false), ("::ffff:10.0.0.1", true),
    ])
    func `are private where no router forwards to them`(_ text: String, _ isPrivate: Bool) {
        #expect(IPAddress(text)?.isPrivate == isPrivate)
    }
}
