import Foundation
import Glibc
import Support

/// Reads what a process writes, line by line, on a thread of its own, so that it never has to wait.
final class OutputLines: @unchecked Sendable {
    private let condition = NSCondition()
    private var lines: [String] = []
    private var rest: [UInt8] = []
    private var hasEnded = false
    private var isPaused = false

    /// Takes over `descriptor`.
    init(reading descriptor: CInt) {
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                waitWhilePaused()
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                append(buffer[..<count])
            }
            Glibc.close(descriptor)
            end()
        }
    }

    /// Leaves what is written from now on, but for one more read, to lie in the pipe.
    func pause() { setPaused(true) }

    /// Reads again.
    func resume() { setPaused(false) }

    private func setPaused(_ isPaused: Bool) {
        condition.lock()
        self.isPaused = isPaused
        condition.broadcast()
        condition.unlock()
    }

    private func waitWhilePaused() {
        condition.lock()
        while isPaused { condition.wait() }
        condition.unlock()
    }

    private func append(_ bytes: ArraySlice<UInt8>) {
        condition.lock()
        rest += bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(decoding: rest[..<end], as: UTF8.self))
            rest.removeFirst(end + 1)
        }
        condition.broadcast()
        condition.unlock()
    }

    private func end() {
        condition.lock()
        if !rest.isEmpty { lines.append(String(decoding: rest, as: UTF8.self)) }
        hasEnded = true
        condition.broadcast()
        condition.unlock()
    }

    /// What has come until now.
    var all: [String] {
        condition.lock()
        defer { condition.unlock() }
        return lines
    }

    /// The first line from index `start` on that `isWanted`; nil when the output ends, or the
    /// time, before it comes.
    func first(
        from start: Int = 0,
        withinSeconds seconds: Double = Patience.seconds,
        where isWanted: (String) -> Bool
    ) -> String? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        var index = start
        while true {
            while index < lines.count {
                if isWanted(lines[index]) { return lines[index] }
                index += 1
            }
            if hasEnded || !condition.wait(until: deadline) { return nil }
        }
    }

    /// Waits for the end; false when it does not come in time.
    func waitForEnd(withinSeconds seconds: Double = Patience.seconds) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while !hasEnded {
            if !condition.wait(until: deadline) { return hasEnded }
        }
        return true
    }
}
