/// One round of a closed loop: so many responses of the receivers on one database, with the CPU of
/// the receivers and of the database servers apart.
struct EngineRound {
    let result: LoadLoop.Result

    /// CPU of all receivers for one response, in microseconds. With SQLite, this has the database.
    let receiverMicroseconds: Double

    /// CPU of the database servers for one response; nil with SQLite.
    let serverUsage: DatabaseServers.Usage?

    /// One raw verify, timed in bursts between the responses.
    let verifyMicroseconds: Double

    /// The median of appending 4 KiB and waiting for the disk, without load.
    let syncMicroseconds: Double

    /// All CPU for one response.
    var microseconds: Double {
        receiverMicroseconds + (serverUsage.map { $0.primary + $0.standby } ?? 0)
    }

    /// Sends `requests` on so many connections, spread over the receivers, and measures.
    init(
        _ requests: [UInt8],
        to contender: EngineContender,
        connections: Int,
        yardstick: RawVerify,
        syncMicroseconds: Double
    ) throws {
        let receivers = contender.receivers
        var loop = try LoadLoop(
            ports: contender.ports,
            connections: connections,
            expecting: "200"
        )
        let before = try receivers.map { try cpuMicroseconds(of: $0.id) }
        let serversBefore = try contender.servers?.usage()
        _ = yardstick.takeMicroseconds()
        try yardstick.run(50)
        result = try loop.run(requests, between: { try yardstick.run(8) })
        try yardstick.run(50)
        let after = try receivers.map { try cpuMicroseconds(of: $0.id) }
        let serversAfter = try contender.servers?.usage()
        loop.end()
        guard result.unexpected == 0 else {
            let description = "\(result.unexpected) callbacks were not acknowledged by 200"
            throw Options.Problem(description: description)
        }
        let count = Double(max(result.latencies.count, 1))
        receiverMicroseconds = (after.reduce(0, +) - before.reduce(0, +)) / count
        serverUsage = serversAfter.flatMap { after in
            serversBefore.map { before in
                let used = after - before
                return DatabaseServers.Usage(
                    primary: used.primary / count,
                    standby: used.standby / count
                )
            }
        }
        verifyMicroseconds = yardstick.takeMicroseconds()
        self.syncMicroseconds = syncMicroseconds
    }

    // MARK: The table

    static let columns = [
        "round", "engine", "receivers", "resp/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms",
        "receiver µs", "primary µs", "standby µs", "verify µs", "sync µs",
    ]

    func row(_ number: Int, _ variant: EngineVariant) -> [Table.Cell] {
        let latencies = result.latencies.sorted()
        return [
            .count(number), .text(variant.engine.rawValue), .count(variant.receiverCount),
            .number(result.answersPerSecond, digits: 0), .milliseconds(latencies, 0.5),
            .milliseconds(latencies, 0.99), .milliseconds(latencies, 0.999),
            .milliseconds(latencies, 1), .number(receiverMicroseconds, digits: 1),
            serverUsage.map { .number($0.primary, digits: 1) } ?? .none,
            serverUsage.map { .number($0.standby, digits: 1) } ?? .none,
            .number(verifyMicroseconds, digits: 1), .number(syncMicroseconds, digits: 0),
        ]
    }

    /// The medians of one variant.
    static func summary(_ contender: EngineContender) -> String {
        var text = """
            \(contender.variant.name), medians of \(contender.rounds.count) rounds: \
            \(fixed(contender.median { $0.result.answersPerSecond }, 0)) responses/s, \
            p50 \(fixed(contender.median { $0.result.percentile(0.5) }, 2)) ms, \
            p99 \(fixed(contender.median { $0.result.percentile(0.99) }, 2)) ms, \
            CPU of receivers \(fixed(contender.median(\.receiverMicroseconds), 1)) µs
            """
        if contender.servers != nil {
            text += ", of the primary "
            text += "\(fixed(contender.median { $0.serverUsage?.primary ?? 0 }, 1)) µs, "
            text += "of the standby "
            text += "\(fixed(contender.median { $0.serverUsage?.standby ?? 0 }, 1)) µs"
        }
        return text
    }

    /// How one variant compares with another.
    static func comparison(_ one: EngineContender, with other: EngineContender) -> String {
        one.comparison(
            with: other,
            [
                ("responses/s", { $0.result.answersPerSecond }),
                ("p50", { $0.result.percentile(0.5) }), ("p99", { $0.result.percentile(0.99) }),
                ("CPU of receivers", \.receiverMicroseconds), ("all CPU", \.microseconds),
            ]
        )
    }
}
