import Foundation

/// A server on loopback that reads a request and writes given bytes, whatever they are.
///
/// Each connection is served on a thread of its own and closed after the bytes.
final class RawGateway: Sendable {
    struct Failure: Error {
        let call: String
        let code: CInt
    }

    /// What it does with a connection.
    enum Behaviour: Sendable {
        /// Writes these bytes in response to the request, then closes.
        case bytes([UInt8])
        /// Closes without reading.
        case closes
        /// Reads, and never responds.
        case silent
    }

    let port: Int
    private let listener: CInt

    init(_ behaviour: Behaviour) throws {
        let listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        port = try Self.listen(listener)
        Thread.detachNewThread {
            while true {
                let raw = accept(listener, nil, nil)
                guard raw >= 0 else {
                    close(listener)
                    return
                }
                Thread.detachNewThread { Self.serve(raw, behaviour) }
            }
        }
    }

    /// Ends accepting, and with it the thread, which closes the listener.
    deinit { shutdown(listener, CInt(SHUT_RDWR)) }

    /// A port on which nothing listens.
    static func closedPort() throws -> Int {
        let raw = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(raw) }
        return try bind(raw)
    }

    private static func serve(_ raw: CInt, _ behaviour: Behaviour) {
        defer { close(raw) }
        switch behaviour {
        case .closes: return
        case .silent: while receive(raw) != nil {}
        case .bytes(let bytes):
            var request: [UInt8] = []
            while !isWhole(request) {
                guard let part = receive(raw) else { return }
                request += part
            }
            _ = send(raw, bytes, bytes.count, CInt(MSG_NOSIGNAL))
        }
    }

    /// Whether a head and the body of its Content-Length have arrived.
    private static func isWhole(_ request: [UInt8]) -> Bool {
        guard let end = request.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
        let head = String(decoding: request[..<end.upperBound], as: UTF8.self)
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
        let count = length.flatMap { Int($0.dropFirst(16)) } ?? 0
        return request.count >= end.upperBound + count
    }

    private static func receive(_ raw: CInt) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(raw, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    private static func listen(_ raw: CInt) throws -> Int {
        let port = try bind(raw)
        guard Glibc.listen(raw, 16) == 0 else { throw Failure(call: "listen", code: errno) }
        return port
    }

    private static func bind(_ raw: CInt) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                Glibc.bind(raw, address, size) == 0 && getsockname(raw, address, &size) == 0
            }
        }
        guard isBound else { throw Failure(call: "bind", code: errno) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
