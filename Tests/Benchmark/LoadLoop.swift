import Glibc
import Support

/// Connections in a closed loop: each sends its next request when its answer is there.
struct LoadLoop {
    private struct Connection {
        let descriptor: CInt
        var sent: UInt64 = 0
        var received = 0
        var isWaiting = false
    }

    /// What the answers were like.
    struct Result {
        var nanoseconds: UInt64 = 0
        /// Nanoseconds from sending to the whole answer.
        var latencies: [UInt64] = []
        /// Answers with another status than the expected one.
        var unexpected = 0

        var answersPerSecond: Double { Double(latencies.count) * 1e9 / Double(max(nanoseconds, 1)) }

        /// Milliseconds that `share` of the answers took at most.
        func percentile(_ share: Double) -> Double {
            percentileMilliseconds(latencies.sorted(), share) ?? 0
        }
    }

    private var connections: [Connection] = []
    private var buffer = [UInt8](repeating: 0, count: 4_096)
    private let expected: [UInt8]

    /// The first response with another status, as far as it was received at once.
    private var firstUnexpected: String?

    init(port: UInt16, connections count: Int, expecting status: String) throws {
        try self.init(ports: [port], connections: count, expecting: status)
    }

    /// Opens so many connections, spread evenly over the ports.
    init(ports: [UInt16], connections count: Int, expecting status: String) throws {
        expected = Array("HTTP/1.1 \(status)".utf8)
        for number in 0..<count {
            let port = ports[number % ports.count]
            connections.append(Connection(descriptor: try connect(to: port)))
        }
    }

    /// Ends the connections.
    consuming func end() {
        for connection in connections { close(connection.descriptor) }
    }

    /// Sends all requests of `bytes` and receives their answers.
    ///
    /// - Parameters:
    ///   - between: called every 1,024 answers.
    ///   - goesOn: asked after each round of answers; false ends it early.
    mutating func run(
        _ bytes: [UInt8],
        between: () throws -> Void = {},
        while goesOn: () -> Bool = { true }
    ) throws -> Result {
        var result = Result()
        let total = bytes.count / Requests.length
        result.latencies.reserveCapacity(total)
        var (next, nextBetween) = (0, 1_024)
        let started = nanoseconds(CLOCK_MONOTONIC)
        for index in connections.indices where next < total {
            try send(bytes, next, on: index)
            next += 1
        }
        while connections.contains(where: \.isWaiting) {
            for index in try readable() {
                guard let latency = try receive(on: index, &result.unexpected) else { continue }
                result.latencies.append(latency)
                if next < total, goesOn() {
                    try send(bytes, next, on: index)
                    next += 1
                }
            }
            if result.latencies.count >= nextBetween {
                nextBetween += 1_024
                try between()
            }
        }
        result.nanoseconds = nanoseconds(CLOCK_MONOTONIC) - started
        return result
    }

    private mutating func send(_ bytes: [UInt8], _ number: Int, on index: Int) throws {
        let descriptor = connections[index].descriptor
        connections[index].sent = nanoseconds(CLOCK_MONOTONIC)
        connections[index].isWaiting = true
        // A request is far smaller than a socket's buffer: it is taken at once.
        let count = bytes.withUnsafeBytes { bytes in
            Glibc.send(
                descriptor,
                bytes.baseAddress.map { $0 + number * Requests.length },
                Requests.length,
                CInt(MSG_NOSIGNAL)
            )
        }
        guard try checked("send", count) == Requests.length else {
            throw SystemCallFailure(call: "send", code: EMSGSIZE)
        }
    }

    /// The connections on which something has arrived.
    private func readable() throws -> [Int] {
        var entries = connections.map {
            pollfd(fd: $0.isWaiting ? $0.descriptor : -1, events: Int16(POLLIN), revents: 0)
        }
        let count = try checked("poll", poll(&entries, nfds_t(entries.count), 30_000))
        if count == 0 { throw SystemCallFailure(call: "waiting for an answer", code: ETIMEDOUT) }
        return entries.indices.filter { entries[$0].revents != 0 }
    }

    /// The time the answer took, or nil when a part of it is missing.
    private mutating func receive(on index: Int, _ unexpected: inout Int) throws -> UInt64? {
        let received = connections[index].received
        let count = recv(connections[index].descriptor, &buffer, 4_096, 0)
        guard count > 0 else {
            let reason = firstUnexpected.map { "; before that it sent: \($0)" } ?? ""
            throw Options.Problem(description: "the receiver closed a connection\(reason)")
        }
        if received == 0, !buffer.starts(with: expected) {
            unexpected += 1
            let text = String(decoding: buffer[..<count], as: UTF8.self)
            firstUnexpected = firstUnexpected ?? text
        }
        connections[index].received += count
        // Answers are JSON objects without nested ones: the brace is their last byte.
        guard buffer[count - 1] == UInt8(ascii: "}") else { return nil }
        connections[index].received = 0
        connections[index].isWaiting = false
        return nanoseconds(CLOCK_MONOTONIC) - connections[index].sent
    }
}

/// A connection to a port of this machine.
func connect(to port: UInt16) throws -> CInt {
    let descriptor = try checked("socket", socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0))
    var address = loopback(port)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
    }
    do {
        _ = try checked("connect", result)
    } catch {
        close(descriptor)
        throw error
    }
    var one: CInt = 1
    setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    return descriptor
}

/// 127.0.0.1 and a port.
func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}
