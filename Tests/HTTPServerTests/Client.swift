import Glibc
import System

/// A blocking HTTP client that sends exactly what it is told to. Waits for nothing longer than
/// ten seconds.
final class Client {
    enum Failure: Error, Equatable {
        case call(String, CInt)
        case timeout
        case closed
        case notHTTP(String)
    }

    private let raw: CInt
    private var received: [UInt8] = []

    init(to address: SocketAddress, receiveBufferBytes: CInt? = nil) throws {
        let isUnix = address.address == nil
        let isV6 = address.address?.family == .v6
        raw = socket(isUnix ? AF_UNIX : isV6 ? AF_INET6 : AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        if var bytes = receiveBufferBytes {
            setsockopt(raw, SOL_SOCKET, SO_RCVBUF, &bytes, 4)
        }
        var wait = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(raw, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        try address.connect(raw)
    }

    deinit { close(raw) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let rest = Array(bytes[sent...])
            let count = Glibc.send(raw, rest, rest.count, CInt(MSG_NOSIGNAL))
            guard count > 0 else { throw Failure.call("send", errno) }
            sent += count
        }
    }

    func halfClose() { shutdown(raw, CInt(SHUT_WR)) }

    /// Resets the connection.
    func abort() {
        var value = linger(l_onoff: 1, l_linger: 0)
        setsockopt(raw, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
        // Puts an unbound descriptor in its place, which closes it: the number stays ours.
        let other = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        dup2(other, raw)
        close(other)
    }

    /// Receives more; false when the server has closed.
    func receiveMore() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(raw, &buffer, buffer.count, 0)
        if count == -1 {
            if errno == EAGAIN { throw Failure.timeout }
            if errno == ECONNRESET { return false }
            throw Failure.call("recv", errno)
        }
        received += buffer[..<count]
        return count > 0
    }

    /// What has come and was not read as a response, after waiting for the server to close.
    func readToEnd() throws -> String {
        while try receiveMore() {}
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Whether the server closes without another byte.
    func isClosed() throws -> Bool { try readToEnd().isEmpty }

    /// Whether nothing has come, now.
    func isSilent() -> Bool {
        var byte: UInt8 = 0
        return received.isEmpty && recv(raw, &byte, 1, CInt(MSG_DONTWAIT | MSG_PEEK)) == -1
    }

    /// Whether nothing comes for some time.
    func isSilent(afterMilliseconds milliseconds: CInt) -> Bool {
        var watched = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        return received.isEmpty && poll(&watched, 1, milliseconds) == 0
    }

    func readLine() throws -> String {
        while true {
            if let end = received.firstIndex(of: 10) {
                defer { received.removeFirst(end + 1) }
                return String(decoding: received[..<(end - 1)], as: UTF8.self)
            }
            guard try receiveMore() else { throw Failure.closed }
        }
    }

    func read(_ count: Int) throws -> String {
        while received.count < count {
            guard try receiveMore() else { throw Failure.closed }
        }
        defer { received.removeFirst(count) }
        return String(decoding: received[..<count], as: UTF8.self)
    }

    func readHead() throws -> Answer {
        let line = try readLine()
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0] == "HTTP/1.1", let status = Int(parts[1]) else {
            throw Failure.notHTTP(line)
        }
        var answer = Answer(status: status)
        while true {
            let line = try readLine()
            if line.isEmpty { return answer }
            let field = line.split(separator: ":", maxSplits: 1)
            answer.fields[field[0].lowercased()] = field[1].drop { $0 == " " }.description
        }
    }

    /// Reads one whole answer; `isHEAD` when none of its body is to come.
    func readAnswer(isHEAD: Bool = false) throws -> Answer {
        var answer = try readHead()
        if isHEAD { return answer }
        if let length = answer.fields["content-length"].flatMap({ Int($0) }) {
            answer.body = try read(length)
        } else if answer.fields["transfer-encoding"] == "chunked" {
            while case let chunk = try readChunk(), !chunk.isEmpty { answer.body += chunk }
        } else if answer.status >= 200, answer.status != 204 {
            answer.body = try readToEnd()
        }
        return answer
    }

    /// Reads one chunk; empty for the last.
    func readChunk() throws -> String {
        let count = Int(try readLine(), radix: 16)
        defer { _ = try? readLine() }
        return try read(count ?? 0)
    }

    /// Sends a request and reads its answer.
    func ask(_ request: String, isHEAD: Bool = false) throws -> Answer {
        try send(request)
        return try readAnswer(isHEAD: isHEAD)
    }
}

/// What a client was answered.
struct Answer: Equatable {
    let status: Int
    /// By name in lower case; of a repeated one the last.
    var fields: [String: String] = [:]
    var body = ""

    var closes: Bool { fields["connection"] == "close" }
}

extension SocketAddress {
    fileprivate func connect(_ raw: CInt) throws {
        let result: CInt
        switch self {
        case .ip(let address, let port) where address.family == .v4:
            var value = sockaddr_in()
            value.sin_family = sa_family_t(AF_INET)
            value.sin_port = port.bigEndian
            value.sin_addr.s_addr = UInt32(address.bits).bigEndian
            result = connectTo(raw, &value)
        case .ip(let address, let port):
            var value = sockaddr_in6()
            value.sin6_family = sa_family_t(AF_INET6)
            value.sin6_port = port.bigEndian
            withUnsafeMutableBytes(of: &value.sin6_addr) {
                $0.storeBytes(of: address.bits.bigEndian, as: UInt128.self)
            }
            result = connectTo(raw, &value)
        case .unix(let path):
            var value = sockaddr_un()
            value.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &value.sun_path) { $0.copyBytes(from: path.utf8) }
            result = connectTo(raw, &value)
        }
        guard result == 0 else { throw Client.Failure.call("connect", errno) }
    }
}

private func connectTo<Address>(_ raw: CInt, _ address: inout Address) -> CInt {
    withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(raw, $0, socklen_t(MemoryLayout<Address>.size))
        }
    }
}
