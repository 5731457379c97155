import Glibc

/// One round of a closed loop: so many responses of one receiver, with the yardsticks taken
/// meanwhile.
struct Round {
    let result: LoadLoop.Result
    let usage: ServerProcess.Usage

    /// One raw verify, timed in bursts between the responses.
    let verifyMicroseconds: Double

    /// The median of appending 4 KiB and waiting for the disk, without load.
    let syncMicroseconds: Double

    /// Responses a second while a flood ran beside them, and those of the flood.
    var flooded: (good: Double, bad: Double)?

    private var count: Double { Double(max(result.latencies.count, 1)) }

    /// CPU of the receiver for one response, in raw verifies.
    var ratio: Double { microseconds / verifyMicroseconds }

    /// CPU of the receiver for one response.
    var microseconds: Double { usage.microseconds / count }

    /// Bytes that the receiver wrote to the disk for one response.
    var writtenBytes: Double { usage.writtenBytes / count }

    /// Sends `requests` and measures.
    init(
        _ requests: [UInt8],
        to server: ServerProcess,
        connections: Int,
        yardstick: RawVerify,
        syncMicroseconds: Double
    ) throws {
        var loop = try LoadLoop(port: server.port, connections: connections, expecting: "200")
        let before = try server.usage()
        _ = yardstick.takeMicroseconds()
        try yardstick.run(50)
        result = try loop.run(requests, between: { try yardstick.run(8) })
        try yardstick.run(50)
        usage = try server.usage() - before
        loop.end()
        guard result.unexpected == 0 else {
            let description = "\(result.unexpected) callbacks were not answered 200"
            throw Options.Problem(description: description)
        }
        verifyMicroseconds = yardstick.takeMicroseconds()
        self.syncMicroseconds = syncMicroseconds
    }

    /// Measures once more with a flood of bad signatures beside the good callbacks.
    mutating func addFlood(
        _ requests: [UInt8],
        to server: ServerProcess,
        connections: Int,
        floodConnections: Int
    ) async throws {
        let flood = Flood()
        let sample = Array(requests.prefix(512 * Requests.length))
        let port = server.port
        let good = try await withThrowingTaskGroup(of: Double?.self) { group in
            group.addTask {
                try flood.run(port: port, connections: floodConnections, requests: sample)
                return nil
            }
            group.addTask {
                defer { flood.stop() }
                var loop = try LoadLoop(port: port, connections: connections, expecting: "200")
                let result = try loop.run(requests)
                loop.end()
                return result.answersPerSecond
            }
            return try await group.reduce(0.0) { $0 + ($1 ?? 0) }
        }
        let seconds = Double(requests.count / Requests.length) / good
        flooded = (good, Double(flood.answered) / seconds)
    }

    // MARK: The table

    static let columns = [
        "round", "build", "log", "resp/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "CPU µs",
        "verify µs", "ratio", "sync µs", "bytes", "switches", "RSS MiB",
    ]

    func row(_ number: Int, _ variant: Variant) -> [Table.Cell] {
        let latencies = result.latencies.sorted()
        return [
            .count(number), .text(variant.build), .text(variant.logLevel),
            .number(result.answersPerSecond, digits: 0), .milliseconds(latencies, 0.5),
            .milliseconds(latencies, 0.99), .milliseconds(latencies, 0.999),
            .milliseconds(latencies, 1), .number(microseconds, digits: 1),
            .number(verifyMicroseconds, digits: 1), .number(ratio, digits: 2),
            .number(syncMicroseconds, digits: 0), .number(writtenBytes, digits: 0),
            .number(usage.voluntarySwitches / count, digits: 2),
            .number(usage.peakMebibytes, digits: 0),
        ]
    }

    /// The medians of one variant.
    static func summary(_ contender: Contender<Round>, connections: Int) -> String {
        var text = "\(contender.variant.name), medians of \(contender.rounds.count) rounds: "
        text += "\(fixed(contender.median { $0.result.answersPerSecond }, 0)) responses/s, "
        text += "p99 \(fixed(contender.median { $0.result.percentile(0.99) }, 2)) ms, "
        text += "CPU per response ÷ raw verify = \(fixed(contender.median(\.ratio), 2))"
        if connections == 1 {
            let share = contender.median {
                $0.result.percentile(0.5) * 1_000 / ($0.syncMicroseconds + $0.verifyMicroseconds)
            }
            text += ", p50 ÷ (fdatasync + verify) = \(fixed(share, 2))"
        }
        if contender.rounds.contains(where: { $0.flooded != nil }) {
            let bad = contender.median { $0.flooded?.bad ?? 0 }
            let share = contender.median { ($0.flooded?.good ?? 0) / $0.result.answersPerSecond }
            text += ", under a flood of \(fixed(bad, 0)) bad signatures/s "
            text += "\(fixed(share, 2)) of the responses/s"
        }
        return text
    }

    /// How one variant compares with another.
    static func comparison(_ one: Contender<Round>, with other: Contender<Round>) -> String {
        one.comparison(
            with: other,
            [
                ("responses/s", { $0.result.answersPerSecond }),
                ("p50", { $0.result.percentile(0.5) }), ("p99", { $0.result.percentile(0.99) }),
                ("CPU ÷ verify", \.ratio), ("bytes", \.writtenBytes),
            ]
        )
    }
}

/// The median of appending 4 KiB to a file and waiting for the disk, in microseconds.
func syncMicroseconds(in directory: String) throws -> Double {
    let path = "\(directory)/sync"
    let descriptor = try checked("open \(path)", open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600))
    defer {
        close(descriptor)
        unlink(path)
    }
    let block = [UInt8](repeating: 1, count: 4_096)
    var times: [Double] = []
    for _ in 0..<100 {
        let started = nanoseconds(CLOCK_MONOTONIC)
        _ = try checked("write", write(descriptor, block, block.count))
        _ = try checked("fdatasync", fdatasync(descriptor))
        times.append(Double(nanoseconds(CLOCK_MONOTONIC) - started) / 1_000)
    }
    return middle(times)
}
