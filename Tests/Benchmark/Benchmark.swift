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
        let directory = try makeDirectory()
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
        var baseline: FollowerRound?
        let kinds = [nil] + options.follow.map { Optional($0) }
        try await takeTurns(FollowerRound.head, kinds) { kind, number, requests, server in
            let round = try await FollowerRound(
                try self.requests.bytes(requests),
                rate: options.rate,
                to: server,
                connections: options.connections,
                followers: kind,
                count: options.followers,
                position: Int64(requests.lowerBound)
            )
            if kind == nil { baseline = round }
            return round.row(number, kind, options.followers, baseline: baseline)
        }
    }

    /// Measures callbacks at a fixed rate alone, then beside each chore.
    private func runWithChores() async throws {
        let chores = [nil] + options.beside.map { Optional($0) }
        try await takeTurns(ChoreRound.head, chores) { chore, number, requests, server in
            try await ChoreRound(
                try self.requests.bytes(requests),
                rate: options.rate,
                to: server,
                connections: options.connections,
                beside: chore,
                number: number
            ).row(number, chore)
        }
    }

    /// Measures each variant in each round at a fixed rate, on one receiver with stored callbacks,
    /// and prints what `measure` returns of each: it gets the variant, the number of the round, and
    /// which requests to send to which receiver.
    private func takeTurns<Variant>(
        _ head: String,
        _ variants: [Variant],
        _ measure: (Variant, Int, Range<Int>, ServerProcess) async throws -> String
    ) async throws {
        let count = options.rate * options.seconds
        try await requests.make(options.preload + options.rounds * variants.count * count)
        let server = try ServerProcess(
            program: options.program,
            directory: "\(try makeDirectory())/paced",
            publicKeyPEM: requests.publicKeyPEM,
            logLevel: options.logLevels[0]
        )
        defer { server.stop() }
        try preload(server)
        try write(head + "\n", to: STDOUT_FILENO)
        var start = options.preload
        for number in 1...options.rounds {
            for variant in variants {
                let row = try await measure(variant, number, start..<start + count, server)
                start += count
                try write(row + "\n", to: STDOUT_FILENO)
            }
        }
    }

    /// Where the databases of this run are.
    private func makeDirectory() throws -> String {
        let directory = "\(options.directory)/run-\(getpid())"
        _ = try checked("mkdir", mkdir(directory, 0o700))
        return directory
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
