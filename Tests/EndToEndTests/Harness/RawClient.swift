import Foundation
import Glibc
import Support

/// Where something listens.
enum Endpoint: Sendable, CustomStringConvertible {
    case loopback(port: UInt16)
    case unix(path: String)

    /// Reads an address as the daemon logs it.
    init?(_ text: String) {
        if text.hasPrefix("unix:") {
            self = .unix(path: String(text.dropFirst(5).prefix { $0 != "?" }))
        } else if text.hasPrefix("127.0.0.1:"), let port = UInt16(text.dropFirst(10)) {
            self = .loopback(port: port)
        } else {
            return nil
        }
    }

    var description: String {
        switch self {
        case .loopback(let port): "127.0.0.1:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}

/// A blocking connection that sends any bytes and reads responses; every call has a time limit.
final class RawClient {
    /// What went wrong on the client's side.
    enum Failure: Error, CustomStringConvertible {
        case call(String, CInt)
        case timedOut
        case ended(received: String)
        case malformed(String)

        var description: String {
            switch self {
            case .call(let name, let code): "\(name): \(String(cString: strerror(code)))"
            case .timedOut: "no answer in time"
            case .ended(let received): "connection ended after: \(received)"
            case .malformed(let text): "not a response: \(text)"
            }
        }
    }

    private let descriptor: CInt

    /// What owns the descriptor, where the client does not.
    private let tunnel: TLSTunnel?

    /// What was received and not taken yet.
    private var buffer: [UInt8] = []

    init(_ endpoint: Endpoint, timeoutSeconds: Int = Int(Patience.seconds)) throws {
        let family = if case .unix = endpoint { AF_UNIX } else { AF_INET }
        // Without SOCK_CLOEXEC a daemon started meanwhile would hold the connection open.
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        descriptor = socket(family, type, 0)
        tunnel = nil
        guard descriptor >= 0 else { throw Failure.call("socket", errno) }
        setTimeouts(seconds: timeoutSeconds)
        try connect(endpoint)
    }

    /// A client that speaks through a tunnel.
    init(tunnel: TLSTunnel, timeoutSeconds: Int) throws {
        self.tunnel = tunnel
        descriptor = tunnel.descriptor
        setTimeouts(seconds: timeoutSeconds)
    }

    deinit { if tunnel == nil { Glibc.close(descriptor) } }

    private func setTimeouts(seconds: Int) {
        var timeout = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(descriptor, SOL_SOCKET, option, &timeout, size)
        }
    }

    private func connect(_ endpoint: Endpoint) throws {
        let code: CInt
        switch endpoint {
        case .loopback(let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            code = connect(&address)
        case .unix(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) {
                $0.copyBytes(from: path.utf8.prefix(107))
            }
            code = connect(&address)
        }
        guard code == 0 else { throw Failure.call("connect \(endpoint)", errno) }
    }

    private func connect<Address>(_ address: inout Address) -> CInt {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    /// Sends all of `bytes`.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure.call("send", errno) }
            sent += count
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Ends the sending side only.
    func endSending() { _ = shutdown(descriptor, CInt(SHUT_WR)) }

    /// Receives some bytes; false at the end.
    private func receive() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count < 0 {
            throw errno == EAGAIN ? Failure.timedOut : Failure.call("recv", errno)
        }
        buffer += chunk[..<count]
        return count > 0
    }

    private func need(_ isEnough: ([UInt8]) -> Bool) throws {
        while !isEnough(buffer) {
            guard try receive() else {
                throw Failure.ended(received: String(decoding: buffer, as: UTF8.self))
            }
        }
    }

    /// Reads bytes until the peer has ended its side, and returns them; a reset counts as an end
    /// when `allowsReset`.
    func receiveUntilEnd() throws -> [UInt8] {
        while try receive() {}
        defer { buffer = [] }
        return buffer
    }

    /// Reads the head of a response, without its body.
    func responseHead() throws -> RawResponse {
        let emptyLine = Array("\r\n\r\n".utf8)
        try need { $0.firstRange(of: emptyLine) != nil }
        guard let end = buffer.firstRange(of: emptyLine)?.upperBound,
            let response = RawResponse(head: String(decoding: buffer[..<end], as: UTF8.self))
        else { throw Failure.malformed(String(decoding: buffer, as: UTF8.self)) }
        buffer.removeFirst(end)
        return response
    }

    /// Reads one response. `isHEAD`: of a HEAD request, so it has no body.
    func response(isHEAD: Bool = false) throws -> RawResponse {
        var response = try responseHead()
        if isHEAD || response.status < 200 || response.status == 204 { return response }
        if response["Transfer-Encoding"] == "chunked" {
            response.body = try chunkedBody()
        } else if let count = response["Content-Length"].flatMap({ Int($0) }) {
            try need { $0.count >= count }
            response.body = Array(buffer[..<count])
            buffer.removeFirst(count)
        } else {
            response.body = try receiveUntilEnd()
        }
        return response
    }

    private func chunkedBody() throws -> [UInt8] {
        var body: [UInt8] = []
        while let chunk = try chunk() { body += chunk }
        return body
    }

    /// Reads one chunk of a chunked body; nil for the last one, which is empty.
    func chunk() throws -> [UInt8]? {
        let lineEnd = Array("\r\n".utf8)
        try need { $0.firstRange(of: lineEnd) != nil }
        guard let range = buffer.firstRange(of: lineEnd),
            let count = Int(
                String(decoding: buffer[..<range.lowerBound], as: UTF8.self),
                radix: 16
            )
        else { throw Failure.malformed("chunk size") }
        buffer.removeFirst(range.upperBound)
        try need { $0.count >= count + 2 }
        defer { buffer.removeFirst(count + 2) }
        return count == 0 ? nil : Array(buffer[..<count])
    }

    /// Sends a request and reads its response.
    func exchange(_ bytes: [UInt8], isHEAD: Bool = false) throws -> RawResponse {
        try send(bytes)
        return try response(isHEAD: isHEAD)
    }

    /// Whether the peer ends the connection now, without another byte.
    func isEnded() throws -> Bool {
        do {
            return try buffer.isEmpty && !receive()
        } catch Failure.call(_, ECONNRESET) {
            return true
        }
    }
}
