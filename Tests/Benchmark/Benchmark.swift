import Glibc

/// Measures receivers under load, with the yardsticks in the same run: see `scripts/benchmark`.
///
/// One receiver for each log level, each with a database of its own, runs all the time; rounds take
/// turns, so that a machine that becomes slower does so for all.
@main struct Benchmark {
    private let options: Options
    private let requests: Requests
    private let yardstick: RawVerify

    static func main() async {
        do {
            let options = try Options(Array(CommandLine.arguments.dropFirst()))
            try await Benchmark(options).run()
        } catch {
            note("\(error)")
            exit(1)
        }
    }

    private init(_ options: Options) throws {
        self.options = options
        requests = try Requests(directory: options.directory)
        yardstick = try RawVerify()
    }

    private func run() async throws {
        if options.followers > 0 { return try await runWithFollowers() }
        if !options.beside.isEmpty { return try await runWithChores() }
        let perRound = options.count * (options.flood > 0 ? 2 : 1)
        try await requests.make(options.preload + options.rounds * perRound)
        var servers: [(level: String, server: ServerProcess, rounds: [Round])] = []
        defer { for entry in servers { entry.server.stop() } }
        let directory = "\(options.directory)/run-\(getpid())"
        _ = try checked("mkdir", mkdir(directory, 0o700))
        for level in options.logLevels {
            let server = try ServerProcess(
                program: options.program,
                directory: "\(directory)/\(level)",
                publicKeyPEM: requests.publicKeyPEM,
                logLevel: level
            )
            servers.append((level, server, []))
            try preload(server)
        }
        try write(Report.head + "\n", to: STDOUT_FILENO)
        for number in 0..<options.rounds {
            for index in servers.indices {
                let round = try await measure(number, servers[index].server, in: directory)
                servers[index].rounds.append(round)
                let row = Report.row(number + 1, servers[index].level, round)
                try write(row + "\n", to: STDOUT_FILENO)
            }
        }
        for entry in servers {
            let connections = options.connections
            let summary = Report.summary(entry.level, entry.rounds, connections: connections)
            try write(summary + "\n", to: STDOUT_FILENO)
        }
    }

    /// Measures callbacks at a fixed rate without followers, then with each kind of them.
    private func runWithFollowers() async throws {
        let kinds = [nil] + options.follow.map { Optional($0) }
        let count = options.rate * options.seconds
        let server = try await preloaded(requestCount: options.rounds * kinds.count * count)
        defer { server.stop() }
        try write(FollowerRound.head + "\n", to: STDOUT_FILENO)
        var start = options.preload
        for number in 1...options.rounds {
            var baseline: FollowerRound?
            for kind in kinds {
                let round = try await FollowerRound(
                    try requests.bytes(start..<start + count),
                    rate: options.rate,
                    to: server,
                    connections: options.connections,
                    followers: kind,
                    count: options.followers,
                    position: Int64(start)
                )
                start += count
                let row = round.row(number, kind, options.followers, baseline: baseline)
                try write(row + "\n", to: STDOUT_FILENO)
                if kind == nil { baseline = round }
            }
        }
    }

    /// Measures callbacks at a fixed rate alone, then beside each chore.
    private func runWithChores() async throws {
        let chores = [nil] + options.beside.map { Optional($0) }
        let count = options.rate * options.seconds
        let server = try await preloaded(requestCount: options.rounds * chores.count * count)
        defer { server.stop() }
        try write(ChoreRound.head + "\n", to: STDOUT_FILENO)
        var start = options.preload
        for number in 1...options.rounds {
            for chore in chores {
                let round = try await ChoreRound(
                    try requests.bytes(start..<start + count),
                    rate: options.rate,
                    to: server,
                    connections: options.connections,
                    beside: chore,
                    number: number
                )
                start += count
                try write(round.row(number, chore) + "\n", to: STDOUT_FILENO)
            }
        }
    }

    /// A receiver that has stored callbacks, with so many more requests to send to it.
    private func preloaded(requestCount: Int) async throws -> ServerProcess {
        try await requests.make(options.preload + requestCount)
        let directory = "\(options.directory)/run-\(getpid())"
        _ = try checked("mkdir", mkdir(directory, 0o700))
        let server = try ServerProcess(
            program: options.program,
            directory: "\(directory)/paced",
            publicKeyPEM: requests.publicKeyPEM,
            logLevel: options.logLevels[0]
        )
        try preload(server)
        return server
    }

    /// Stores callbacks before anything is measured.
    private func preload(_ server: ServerProcess) throws {
        if options.preload > 0 { note("storing \(options.preload) callbacks") }
        var loop = try LoadLoop(port: server.port, connections: 64, expecting: "200")
        let portion = 20_000
        for start in stride(from: 0, to: options.preload, by: portion) {
            let end = min(start + portion, options.preload)
            let result = try loop.run(try requests.bytes(start..<end))
            if result.unexpected > 0 {
                throw Options.Problem(description: "a callback was not answered 200")
            }
        }
        loop.end()
    }

    private func measure(
        _ number: Int,
        _ server: ServerProcess,
        in directory: String
    ) async throws -> Round {
        let perRound = options.count * (options.flood > 0 ? 2 : 1)
        let start = options.preload + number * perRound
        var round = try Round(
            try requests.bytes(start..<start + options.count),
            to: server,
            connections: options.connections,
            yardstick: yardstick,
            syncMicroseconds: try syncMicroseconds(in: directory)
        )
        if options.flood > 0 {
            let flooded = start + options.count..<start + perRound
            try await round.addFlood(
                try requests.bytes(flooded),
                to: server,
                connections: options.connections,
                floodConnections: options.flood
            )
        }
        return round
    }
}
