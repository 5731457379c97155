import Glibc

/// One measurement: so many answers of one receiver, with the yardsticks taken meanwhile.
struct Round {
    let result: LoadLoop.Result
    let serverMicroseconds: Double
    let switches: Double
    let peakMebibytes: Double

    /// One raw verify, timed in bursts between the answers.
    let verifyMicroseconds: Double

    /// The median of appending 4 KiB and waiting for the disk, without load.
    let syncMicroseconds: Double

    /// Answers a second while a flood ran beside them, and those of the flood.
    var flooded: (good: Double, bad: Double)?

    var ratio: Double { serverMicroseconds / verifyMicroseconds }

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
        let after = try server.usage()
        loop.end()
        guard result.unexpected == 0 else {
            let description = "\(result.unexpected) callbacks were not answered 200"
            throw Options.Problem(description: description)
        }
        let count = Double(result.latencies.count)
        serverMicroseconds = (after.microseconds - before.microseconds) / count
        switches = Double(after.voluntarySwitches - before.voluntarySwitches) / count
        peakMebibytes = after.peakMebibytes
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
    var times: [UInt64] = []
    for _ in 0..<100 {
        let started = nanoseconds(CLOCK_MONOTONIC)
        _ = try checked("write", write(descriptor, block, block.count))
        _ = try checked("fdatasync", fdatasync(descriptor))
        times.append(nanoseconds(CLOCK_MONOTONIC) - started)
    }
    return Double(times.sorted()[times.count / 2]) / 1_000
}
