/// What a hostile peer does again and again, on many connections at once.
struct Attack: Sendable {
    /// How a connection is used.
    enum Conduct: Sendable {
        /// A request is sent, its response awaited, and the connection used again or replaced.
        case exchange
        /// Nothing is sent.
        case silence
        /// One byte is sent every 100 ms.
        case trickle
        /// Requests are sent as long as the socket accepts them, and no response is read.
        case deafness
        /// A part of a request is sent, then the connection is reset.
        case reset
    }

    let name: String
    let conduct: Conduct
    let connections: Int

    /// Whether the internal listener is attacked.
    var isInternal = false

    /// The requests, sent in turn.
    let requests: [[UInt8]]

    /// All attacks; authentic requests are signed with the gateway's key.
    static func all(_ requests: Requests) throws -> [Attack] {
        let callback = try requests.bytes(0..<1)
        let forged = altered(callback)
        let head = Array(callback[..<headEnd(of: callback)])
        return [
            Attack(name: "silent", conduct: .silence, connections: 3_900, requests: []),
            Attack(name: "over the limit", conduct: .silence, connections: 6_000, requests: []),
            Attack(name: "slow heads", conduct: .trickle, connections: 2_000, requests: [head]),
            Attack(
                name: "slow bodies",
                conduct: .trickle,
                connections: 2_000,
                requests: [request(bodyCount: 60_000)]
            ),
            Attack(name: "no reading", conduct: .deafness, connections: 500, requests: [forged]),
            Attack(
                name: "resets",
                conduct: .reset,
                connections: 64,
                requests: [Array(callback.dropLast(10))]
            ),
            exchange("giant heads", [request(fields: 1, of: 40_000)]),
            exchange("many fields", [request(fields: 2_000, of: 8)]),
            exchange("equal fields", [request(fields: 60, of: 8)]),
            exchange("chunk bombs", [chunked(bodyCount: 60_000)], connections: 8),
            exchange("bad signatures", [forged]),
            exchange("redelivered", [callback]),
            exchange("deep JSON", [try requests.signed(nested(60_000))]),
            exchange("huge numbers", [try requests.signed(number(60_000))]),
            exchange("repeated names", [try requests.signed(names(6_000))]),
            Attack(
                name: "wrong tokens",
                conduct: .exchange,
                connections: 64,
                isInternal: true,
                requests: ["/v1/transitions?after=0", "/v1/overview", "/"].map(unauthorized)
            ),
        ]
    }

    private static func exchange(
        _ name: String,
        _ requests: [[UInt8]],
        connections: Int = 64
    ) -> Attack {
        Attack(name: name, conduct: .exchange, connections: connections, requests: requests)
    }

    // MARK: Requests

    /// A callback with another body than the signed one.
    private static func altered(_ callback: [UInt8]) -> [UInt8] {
        var bytes = callback
        bytes[bytes.count - 2] ^= 1
        return bytes
    }

    private static func headEnd(of callback: [UInt8]) -> Int {
        callback.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound ?? callback.count
    }

    private static let start = "POST /v1.0/debit/notify HTTP/1.1\r\nHost: 127.0.0.1\r\n"

    private static func request(fields count: Int, of size: Int) -> [UInt8] {
        let value = String(repeating: "a", count: size)
        let lines = (0..<count).map { count < 100 ? "X-A: \(value)\r\n" : "X-\($0): \(value)\r\n" }
        return Array((start + lines.joined() + "Content-Length: 0\r\n\r\n").utf8)
    }

    private static func request(bodyCount: Int) -> [UInt8] {
        Array("\(start)Content-Length: \(bodyCount)\r\n\r\n".utf8)
            + [UInt8](repeating: 0x20, count: bodyCount)
    }

    /// A body in chunks of one byte.
    private static func chunked(bodyCount: Int) -> [UInt8] {
        let head = Array("\(start)Transfer-Encoding: chunked\r\n\r\n".utf8)
        let chunks = String(repeating: "1\r\na\r\n", count: bodyCount)
        return head + Array(chunks.utf8) + Array("0\r\n\r\n".utf8)
    }

    private static func unauthorized(_ path: String) -> [UInt8] {
        let lines = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
        return Array((lines + String(repeating: "x", count: 43) + "\r\n\r\n").utf8)
    }

    // MARK: Bodies

    private static func nested(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x5B, count: count) }

    private static func number(_ count: Int) -> [UInt8] {
        Array("{\"amount\":".utf8) + [UInt8](repeating: 0x39, count: count) + Array("}".utf8)
    }

    private static func names(_ count: Int) -> [UInt8] {
        let members = (0..<count).map { "\"a\($0 % (count - 1))\":1" }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }
}
