import Foundation

/// A service that follows the feed as article Integrating says, crashes at random, and remembers
/// nothing over a crash: where it stands is known to the daemon only.
final class FeedConsumer: @unchecked Sendable {
    /// What one life of it was given, in order.
    typealias Life = [JSON]

    private let name: String
    private let condition = NSCondition()
    private var random: SeededGenerator
    private var isRunning = false
    private var problem: String?

    /// Everything it was given. To be read while it does not run.
    private(set) var lives: [Life] = []

    /// How many of its lives ended by a crash of its own.
    private(set) var crashCount = 0

    init(_ name: String, seed: UInt64) {
        self.name = name
        random = SeededGenerator(seed: seed)
    }

    /// Follows the feed of a daemon, on a thread of its own, until the daemon has gone, or until
    /// the consumer stands at `target`.
    func start(_ daemon: Daemon, until target: Int? = nil) {
        isRunning = true
        Thread.detachNewThread { [self] in
            // The daemon may go at any moment: then a call throws, and that is the end.
            try? follow(daemon, until: target)
            condition.lock()
            isRunning = false
            condition.broadcast()
            condition.unlock()
        }
    }

    /// Waits until it has ended; what went wrong, if anything did.
    func end(withinSeconds seconds: Double = Patience.seconds) -> String? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while isRunning {
            if !condition.wait(until: deadline) { return "the consumer did not end in time" }
        }
        return problem
    }

    private func follow(_ daemon: Daemon, until target: Int?) throws {
        while problem == nil {
            lives.append([])
            var position = try stored(daemon)
            let isStream = Bool.random(using: &random)
            let stream = isStream ? try EventSource(daemon, "?after=\(position)") : nil
            while position != target {
                let batch = try stream.map { try next(of: $0) } ?? poll(daemon)
                guard !batch.isEmpty else { break }
                lives[lives.count - 1] += batch
                if Int.random(in: 0..<12, using: &random) == 0 {
                    // Worked on, but not noted: the next life gets these again.
                    crashCount += 1
                    break
                }
                let last = batch.last?["sequence"].integer ?? 0
                try store(last, from: position, daemon)
                position = last
            }
            if position == target { return }
        }
    }

    private func stored(_ daemon: Daemon) throws -> Int {
        let answer = try daemon.get("/v1/consumers/\(name)")
        return answer.status == 404 ? 0 : answer.json["position"].integer ?? -1
    }

    /// The next events of a stream, a few at most; none when it has ended.
    private func next(of stream: EventSource) throws -> [JSON] {
        var batch: [JSON] = []
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            guard let event = try stream.next() else { break }
            batch.append(event.json)
            if !stream.hasBuffered { break }
        }
        return batch
    }

    /// One page, waited for; none when nothing came or the daemon is stopping.
    private func poll(_ daemon: Daemon) throws -> [JSON] {
        let limit = Int.random(in: 1...60, using: &random)
        let start = try stored(daemon) == 0 ? "after=0" : "consumer=\(name)"
        let page = try daemon.get("/v1/transitions?\(start)&wait=5&limit=\(limit)")
        return page.json["transitions"].items
    }

    private func store(_ position: Int, from expected: Int, _ daemon: Daemon) throws {
        let body = #"{"position":\#(position),"expected":\#(expected)}"#
        let answer = try daemon.call("PUT", "/v1/consumers/\(name)", body)
        if ![200, 201].contains(answer.status) { problem = "not stored: \(answer.text)" }
    }
}
