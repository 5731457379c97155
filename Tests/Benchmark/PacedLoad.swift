import Glibc
import Support

/// Callbacks at a fixed rate, whatever the receiver does: a late answer counts from when its
/// callback was due.
struct PacedLoad {
    private struct Connection {
        let descriptor: CInt
        var due: UInt64?
        var received = 0
    }

    /// What the answers were like.
    struct Result {
        /// Nanoseconds from when each callback was due to its whole answer.
        var latencies: [UInt64] = []

        /// When each answer had come, by the monotonic clock, in the order of the answers.
        var answered: [UInt64] = []
        var nanoseconds: UInt64 = 0
    }

    private var connections: [Connection] = []
    private var buffer = [UInt8](repeating: 0, count: 4_096)
    private let expected = Array("HTTP/1.1 200".utf8)

    init(port: UInt16, connections count: Int) throws {
        for _ in 0..<count { connections.append(Connection(descriptor: try connect(to: port))) }
    }

    /// Sends all requests of `bytes`, `rate` a second, and receives their answers.
    consuming func run(_ bytes: [UInt8], rate: Int) throws -> Result {
        var result = Result()
        let total = bytes.count / Requests.length
        let started = nanoseconds(CLOCK_MONOTONIC)
        var next = 0
        var isHeldUp = false
        while result.latencies.count < total {
            var now = nanoseconds(CLOCK_MONOTONIC)
            var due = started + UInt64(next) * 1_000_000_000 / UInt64(rate)
            while next < total, due <= now, let index = firstIdle() {
                // The timer below is late by a millisecond; that is not the receiver's time.
                try send(bytes, next, on: index, due: isHeldUp ? due : now)
                next += 1
                due = started + UInt64(next) * 1_000_000_000 / UInt64(rate)
            }
            now = nanoseconds(CLOCK_MONOTONIC)
            isHeldUp = firstIdle() == nil
            let pause = due > now ? CInt((due - now + 999_999) / 1_000_000) : 0
            let isWaiting = next == total || isHeldUp
            try receive(withinMilliseconds: isWaiting ? Self.patience : pause, &result)
        }
        result.nanoseconds = nanoseconds(CLOCK_MONOTONIC) - started
        for connection in connections { close(connection.descriptor) }
        return result
    }

    private func firstIdle() -> Int? { connections.firstIndex { $0.due == nil } }

    private mutating func send(_ bytes: [UInt8], _ number: Int, on index: Int, due: UInt64) throws {
        connections[index].due = due
        let descriptor = connections[index].descriptor
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

    /// Milliseconds without an answer after which the receiver is taken for stuck.
    private static let patience: CInt = 10_000

    private mutating func receive(
        withinMilliseconds pause: CInt,
        _ result: inout Result
    ) throws {
        var entries = connections.map {
            pollfd(fd: $0.due == nil ? -1 : $0.descriptor, events: Int16(POLLIN), revents: 0)
        }
        let count = try checked("poll", poll(&entries, nfds_t(entries.count), pause))
        if count == 0, pause == Self.patience {
            throw SystemCallFailure(call: "waiting for an answer", code: ETIMEDOUT)
        }
        let now = nanoseconds(CLOCK_MONOTONIC)
        for index in entries.indices where entries[index].revents != 0 {
            let count = try checked("recv", recv(connections[index].descriptor, &buffer, 4_096, 0))
            if count == 0 { throw SystemCallFailure(call: "recv", code: ECONNRESET) }
            if connections[index].received == 0, !buffer.starts(with: expected) {
                throw Options.Problem(description: "a callback was not answered 200")
            }
            connections[index].received += count
            // Answers are JSON objects without nested ones: the brace is their last byte.
            guard buffer[count - 1] == UInt8(ascii: "}") else { continue }
            connections[index].received = 0
            result.latencies.append(now - (connections[index].due ?? now))
            result.answered.append(now)
            connections[index].due = nil
        }
    }
}
