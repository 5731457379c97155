import Glibc
import Support

/// Measures receivers under load, with the yardsticks in the same run: see `scripts/benchmark`.
///
/// One receiver for each variant, each with a database of its own, runs all the time; rounds take
/// turns, so that a machine that becomes slower does so for all.
@main struct Benchmark {
    let options: Options
    let requests: Requests
    let yardstick: RawVerify

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
        let table =
            if options.comparesEngines {
                try await runEngines()
            } else if options.followers > 0 {
                try await runWithFollowers()
            } else if !options.beside.isEmpty {
                try await runWithChores()
            } else if options.idle > 0 {
                try await runIdle()
            } else if options.mode == .open {
                try await runOpenLoop()
            } else if options.mode == .profile {
                try await runProfile()
            } else if options.mode == .lists {
                try await runLists()
            } else if options.mode == .hostile {
                try await runHostile()
            } else {
                try await runClosedLoop()
            }
        if !options.json.isEmpty {
            try table.writeJSON(to: options.json, options: options.arguments)
        }
    }

    /// Measures all variants in turn, each connection sending after its response.
    private func runClosedLoop() async throws -> Table {
        let perRound = options.count * (options.flood > 0 ? 2 : 1)
        try await requests.make(options.preload + options.rounds * perRound)
        let table = try Table(Round.columns)
        let contenders = try await takeTurns {
            (number, contender: Contender<Round>, directory) in
            let round = try await measure(number - 1, contender.server, in: directory)
            try table.add(round.row(number, contender.variant))
            return round
        }
        for contender in contenders {
            try table.summarise(Round.summary(contender, connections: options.connections))
        }
        if !options.against.isEmpty {
            for pair in stride(from: 0, to: contenders.count, by: 2) {
                let text = Round.comparison(contenders[pair], with: contenders[pair + 1])
                try table.summarise(text)
            }
        }
        return table
    }

    /// Measures all variants in turn, at a fixed rate.
    private func runOpenLoop() async throws -> Table {
        let count = options.rate * options.seconds
        try await requests.make(options.preload + options.rounds * count)
        let table = try Table(PacedRound.columns)
        _ = try await takeTurns { (number, contender: Contender<PacedRound>, _) in
            let start = options.preload + (number - 1) * count
            let round = try PacedRound(
                try requests.bytes(start..<start + count),
                rate: options.rate,
                to: contender.server,
                connections: options.connections
            )
            try table.add(round.row(number, contender.variant))
            return round
        }
        return table
    }

    /// Starts a receiver for each variant, with stored callbacks, and measures each in each round.
    ///
    /// - Parameter measure: gets the number of the round from 1 on, and the directory of the run.
    private func takeTurns<Measured>(
        _ measure: (Int, Contender<Measured>, String) async throws -> Measured
    ) async throws -> [Contender<Measured>] {
        let directory = try makeDirectory()
        var contenders: [Contender<Measured>] = []
        defer { for contender in contenders { contender.server.stop() } }
        for (index, variant) in Variant.all(options).enumerated() {
            let server = try start(variant, in: "\(directory)/\(index)")
            contenders.append(Contender(variant: variant, server: server))
            try preload(server)
        }
        for number in 1...options.rounds {
            for index in contenders.indices {
                let measured = try await measure(number, contenders[index], directory)
                contenders[index].rounds.append(measured)
            }
        }
        return contenders
    }

    /// Measures what each step of a callback costs, as far as valgrind and perf are installed.
    private func runProfile() async throws -> Table {
        let directory = try makeDirectory()
        let counts = (few: 2_000, many: 12_000)
        try await requests.make(options.preload + max(options.count, counts.many))
        let table = try Table(Profile.columns, firstWidth: 28)
        var instructions: Profile.Costs?
        if access("/usr/bin/valgrind", X_OK) == 0 {
            let variant = try withoutDebugInformation(Variant.all(options)[0], in: directory)
            // The difference of two runs is without the start and the end of the program.
            let few = try countInstructions(counts.few, of: variant, in: "\(directory)/few")
            let many = try countInstructions(counts.many, of: variant, in: "\(directory)/many")
            instructions = (many - few).divided(by: Double(counts.many - counts.few))
        }
        var microseconds: Profile.Costs?
        if access("/usr/bin/perf", X_OK) == 0 {
            microseconds = try sampleTime(in: "\(directory)/time")
        }
        for row in Profile.rows(instructions: instructions, microseconds: microseconds) {
            try table.add(row)
        }
        return table
    }

    /// Measures a page of each list, with the stored callbacks.
    private func runLists() async throws -> Table {
        try await requests.make(options.preload)
        let server = try start(Variant.all(options)[0], in: "\(try makeDirectory())/lists")
        defer { server.stop() }
        try preload(server)
        let table = try Table(ListRound.columns, firstWidth: 24)
        let newest = try server.response(to: "/v1/transitions?after=0&limit=1")
        let member = { (name: String, text: String) in
            String(
                text.split(separator: "\"\(name)\":").last?.drop { $0 == "\"" }
                    .prefix { $0.isLetter || $0.isNumber } ?? ""
            )
        }
        let lists = ListRound.List.all(
            member("partnerReferenceNo", newest),
            member("referenceNo", newest),
            head: Int(member("head", newest)) ?? 0
        )
        for list in lists {
            try table.add(try ListRound(list, times: options.rounds, from: server).row)
        }
        return table
    }

    /// Runs the receiver under callgrind and sends it so many callbacks.
    private func countInstructions(
        _ count: Int,
        of variant: Variant,
        in directory: String
    ) throws -> Profile.Costs {
        note("counting the instructions of \(count) callbacks")
        let file = "\(directory).callgrind"
        let launcher = [
            "/usr/bin/valgrind", "--quiet", "--tool=callgrind", "--callgrind-out-file=\(file)",
        ]
        let server = try start(variant, in: directory, under: launcher)
        do {
            defer { server.stop() }
            try send(0..<count, to: server)
        }
        return try Profile.instructions(in: file)
    }

    /// A copy of the program that has its symbols only: valgrind 3.19 ends at the debug information
    /// of recent compilers.
    private func withoutDebugInformation(
        _ variant: Variant,
        in directory: String
    ) throws -> Variant {
        let copy = "\(directory)/program"
        try shell("strip --strip-debug -o \(copy) \(variant.program)")
        return Variant(build: variant.build, program: copy, logLevel: variant.logLevel)
    }

    /// Samples the receiver while callbacks are sent; the costs are microseconds for a callback.
    private func sampleTime(in directory: String) throws -> Profile.Costs {
        let server = try start(Variant.all(options)[0], in: directory)
        defer { server.stop() }
        try preload(server)
        note("sampling")
        let perf = try spawn(
            [
                "/usr/bin/perf", "record", "--quiet", "-F", "499", "--call-graph", "dwarf,16384",
                "-o", "\(directory).perf", "-p", "\(server.id)",
            ]
        ) { $0.redirectOutput(to: "\(directory).perf.log") }
        let before = try server.usage()
        try send(options.preload..<options.preload + options.count, to: server)
        let usage = try server.usage() - before
        kill(perf, SIGINT)
        _ = waitForEnd(of: perf)
        let samples = "\(directory).samples"
        try shell("perf script -i \(directory).perf -F comm,ip,sym > \(samples) 2> /dev/null")
        let costs = try Profile.samples(in: samples)
        // A sample stands for as much time as any other.
        return costs.divided(by: costs.whole * Double(options.count) / usage.microseconds)
    }

    /// Sends callbacks on 64 connections.
    private func send(_ range: Range<Int>, to server: ServerProcess) throws {
        var loop = try LoadLoop(port: server.port, connections: 64, expecting: "200")
        _ = try loop.run(try requests.bytes(range))
        loop.end()
    }

    /// Measures what idle connections cost.
    private func runIdle() async throws -> Table {
        let server = try start(Variant.all(options)[0], in: "\(try makeDirectory())/idle")
        defer { server.stop() }
        let table = try Table(IdleRound.columns)
        for number in 1...options.rounds {
            let round = try IdleRound(
                count: options.idle,
                seconds: options.seconds,
                to: server
            )
            try table.add(round.row(number))
        }
        return table
    }

    /// Measures callbacks at a fixed rate without followers, then with each kind of them.
    private func runWithFollowers() async throws -> Table {
        var baseline: FollowerRound?
        let kinds = [nil] + options.follow.map { Optional($0) }
        return try await runPaced(FollowerRound.columns, kinds) { kind, number, requests, server in
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

    /// Measures each of `kinds` in each round at a fixed rate, on one receiver with stored
    /// callbacks.
    ///
    /// - Parameter measure: gets the kind, the number of the round, and which requests to send to
    ///   which receiver; returns the row.
    func runPaced<Kind>(
        _ columns: [String],
        _ kinds: [Kind],
        firstWidth: Int = 10,
        _ measure: (Kind, Int, Range<Int>, ServerProcess) async throws -> [Table.Cell]
    ) async throws -> Table {
        let count = options.rate * options.seconds
        try await requests.make(options.preload + options.rounds * kinds.count * count)
        let server = try start(Variant.all(options)[0], in: "\(try makeDirectory())/paced")
        defer { server.stop() }
        try preload(server)
        let table = try Table(columns, firstWidth: firstWidth)
        var start = options.preload
        for number in 1...options.rounds {
            for kind in kinds {
                try table.add(try await measure(kind, number, start..<start + count, server))
                start += count
            }
        }
        return table
    }

    /// Starts a receiver with a new database.
    func start(
        _ variant: Variant,
        in directory: String,
        settings: [String] = [],
        under launcher: [String] = []
    ) throws -> ServerProcess {
        try ServerProcess(
            program: variant.program,
            directory: directory,
            publicKeyPEM: requests.publicKeyPEM,
            logLevel: variant.logLevel,
            slowSync: options.syncDelay == 0
                ? nil
                : ServerProcess.SlowSync(
                    library: options.slowSyncLibrary,
                    milliseconds: options.syncDelay
                ),
            settings: settings
                + (options.idle == 0 ? [] : ["limits.connections=\(options.idle + 10)"]),
            under: launcher
        )
    }

    /// Where the databases of this run are.
    private func makeDirectory() throws -> String {
        let directory = "\(options.directory)/run-\(getpid())"
        _ = try checked("mkdir", mkdir(directory, 0o700))
        return directory
    }

    /// Fills the database, and says how long the receiver then takes to start.
    private func fill(_ server: ServerProcess) throws {
        note("filling a database with \(options.fill) callbacks")
        var loop = try LoadLoop(port: server.port, connections: 1, expecting: "200")
        _ = try loop.run(try requests.bytes(0..<1))
        loop.end()
        server.stop()
        try DatabaseFill(path: "\(server.directory)/receiver.db")
            .fill(to: options.fill, today: min(options.fillToday, options.fill))
        // The first start reads what is new into the reference index.
        try noteStart(of: server, "with a new index")
        for attempt in ["again", "once more"] {
            server.stop()
            try noteStart(of: server, attempt)
        }
    }

    private func noteStart(of server: ServerProcess, _ attempt: String) throws {
        let milliseconds = try server.start()
        let resident = try server.residentKibibytes() / 1_024
        note("start \(attempt): \(fixed(milliseconds, 0)) ms, RSS \(fixed(resident, 0)) MiB")
    }

    /// Stores callbacks before anything is measured.
    private func preload(_ server: ServerProcess) throws {
        if options.fill > 0 { try fill(server) }
        try preload(ports: [server.port])
    }

    /// Stores callbacks by receivers that share a database.
    func preload(ports: [UInt16]) throws {
        if options.preload > 0 { note("storing \(options.preload) callbacks") }
        var loop = try LoadLoop(ports: ports, connections: 64, expecting: "200")
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
