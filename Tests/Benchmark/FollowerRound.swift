import Glibc

/// Callbacks at a fixed rate, with clients that follow the feed or without.
struct FollowerRound {
    let load: PacedLoad.Result

    /// Microseconds of CPU that the receiver used, of all threads.
    let serverMicroseconds: Double

    /// Parts of the feed that were read from the database; nil when the receiver does not tell.
    let feedReads: Int?

    /// Transitions that followers got, of those that they should.
    var delivered = 0
    var batchCount = 0

    /// Nanoseconds from the answer of a callback to when a follower had its transition.
    var delays: [UInt64] = []

    /// - Parameters:
    ///   - kind: how `count` clients follow; nil for none.
    ///   - position: the head of the feed, to which every callback adds one.
    init(
        _ requests: [UInt8],
        rate: Int,
        to server: ServerProcess,
        connections: Int,
        followers kind: Followers.Kind?,
        count: Int,
        position: Int64
    ) async throws {
        let total = requests.count / Requests.length
        var followers = try kind.map {
            try Followers($0, count: count, after: position, to: server)
        }
        let readsBefore = try server.feedReads()
        let before = try server.usage()
        let port = server.port
        async let sent = Self.send(requests, rate: rate, port: port, connections: connections)
        try followers?.run(until: position + Int64(total), patienceMilliseconds: 5_000)
        load = try await sent
        serverMicroseconds = try server.usage().microseconds - before.microseconds
        feedReads = try server.feedReads().flatMap { after in readsBefore.map { after - $0 } }
        if let followers {
            note(followers.batches, position: position)
            followers.end()
        }
    }

    private static func send(
        _ requests: [UInt8],
        rate: Int,
        port: UInt16,
        connections: Int
    ) async throws -> PacedLoad.Result {
        try PacedLoad(port: port, connections: connections).run(requests, rate: rate)
    }

    /// Numbers follow the order of commits, and answers too, but for those of one commit: the n-th
    /// answer tells when the n-th transition was committed.
    private mutating func note(_ batches: [Followers.Batch], position: Int64) {
        batchCount = batches.count
        for batch in batches {
            for sequence in batch.first...batch.last {
                delivered += 1
                let index = Int(sequence - position - 1)
                guard index < load.answered.count else { continue }
                let answered = load.answered[index]
                delays.append(batch.received > answered ? batch.received - answered : 0)
            }
        }
        delays.sort()
    }

    // MARK: The table

    static let columns = [
        "round", "follow", "rate/s", "p50 ms", "p99 ms", "CPU µs", "delivered %", "batch",
        "µs/event", "dly p50", "dly p99", "reads",
    ]

    /// - Parameter baseline: the same without followers.
    func row(
        _ number: Int,
        _ kind: Followers.Kind?,
        _ count: Int,
        baseline: Self?
    ) -> [Table.Cell] {
        let answers = load.latencies.count
        let latencies = load.latencies.sorted()
        let extra = serverMicroseconds - (baseline?.serverMicroseconds ?? serverMicroseconds)
        let wanted = Double(max(1, answers * count))
        let rate = Double(answers) * 1e9 / Double(max(load.nanoseconds, 1))
        return [
            .count(number), .text(kind.map { "\(count) \($0.rawValue)" } ?? "none"),
            .number(rate, digits: 0), .milliseconds(latencies, 0.5),
            .milliseconds(latencies, 0.99),
            .number(serverMicroseconds / Double(max(answers, 1)), digits: 1),
            kind == nil ? .none : .number(Double(delivered) * 100 / wanted, digits: 2),
            .number(Double(delivered) / Double(max(batchCount, 1)), digits: 1),
            .number(extra / wanted, digits: 2), .milliseconds(delays, 0.5),
            .milliseconds(delays, 0.99), feedReads.map { .count($0) } ?? .none,
        ]
    }
}
