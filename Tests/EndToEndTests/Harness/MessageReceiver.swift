import Foundation
import Glibc
import Support

/// Receives posted messages on a port of 127.0.0.1, one connection after the other.
final class MessageReceiver: @unchecked Sendable {
    /// One message, as it was received.
    struct Message: Sendable {
        let target: String
        let head: String
        let body: [UInt8]

        var json: JSON { JSON(body) }
    }

    private let condition = NSCondition()
    private var received: [Message] = []
    private let listener: CInt
    private let isHanging: Bool

    /// The statuses of the first responses; then 200.
    private let statuses: [Int]
    let port: Int

    var url: String { "http://127.0.0.1:\(port)/hook" }

    /// - Parameters:
    ///   - isUp: whether it listens; until ``start()``, connections are refused.
    ///   - isHanging: whether it receives messages without ever responding.
    ///   - statuses: the statuses of the first responses; then 200.
    init(isUp: Bool = true, isHanging: Bool = false, statuses: [Int] = []) throws {
        self.isHanging = isHanging
        self.statuses = statuses
        listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        port = try listener.bindToLoopback()
        if isUp { try start() }
    }

    /// Ends accepting, and with it the thread, which closes the listener.
    deinit { shutdown(listener, CInt(SHUT_RDWR)) }

    /// Starts to accept connections.
    func start() throws {
        guard listen(listener, 16) == 0 else { throw RawClient.Failure.call("listen", errno) }
        let listener = listener
        Thread.detachNewThread { [weak self] in
            var hanging: [CInt] = []
            while true {
                let raw = accept(listener, nil, nil)
                guard raw >= 0, let self else { break }
                var number = 0
                if let message = Self.read(raw) { number = add(message) }
                if isHanging {
                    hanging.append(raw)
                    continue
                }
                let head = "HTTP/1.1 \(status(of: number)) -\r\nContent-Length: 0\r\n\r\n"
                let response = Array(head.utf8)
                _ = response.withUnsafeBytes {
                    Glibc.send(raw, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                Glibc.close(raw)
            }
            for raw in hanging + [listener] { Glibc.close(raw) }
        }
    }

    /// Returns the first messages when there are so many; fewer when they do not come in time.
    func messages(_ count: Int) -> [Message] {
        condition.lock()
        defer { condition.unlock() }
        let deadline = Date(timeIntervalSinceNow: Patience.seconds)
        while received.count < count, condition.wait(until: deadline) {}
        return received
    }

    /// The status of the response to a message with a number from 0.
    func status(of number: Int) -> Int {
        statuses.indices.contains(number) ? statuses[number] : 200
    }

    /// Adds a message, and returns its number, from 0.
    private func add(_ message: Message) -> Int {
        condition.lock()
        defer { condition.unlock() }
        received.append(message)
        condition.broadcast()
        return received.count - 1
    }

    /// Reads one request, whose body has a Content-Length.
    private static func read(_ raw: CInt) -> Message? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound {
                let head = String(decoding: bytes[..<end], as: UTF8.self)
                let length = head.split(separator: "\r\n").first {
                    $0.hasPrefix("Content-Length: ")
                }
                .flatMap { Int($0.dropFirst("Content-Length: ".count)) }
                if bytes.count - end >= length ?? 0 {
                    let target = head.split(separator: " ").dropFirst().first ?? ""
                    return Message(target: String(target), head: head, body: Array(bytes[end...]))
                }
            }
            let count = recv(raw, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }
}
