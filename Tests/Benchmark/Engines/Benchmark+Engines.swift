import Glibc

// The engines of the database, beside each other.
extension Benchmark {
    /// Measures receivers on SQLite and on PostgreSQL in turn, each connection sending after its
    /// response.
    func runEngines() async throws -> Table {
        let total = options.preload + options.rounds * options.count
        try await requests.make(total)
        note("starting a primary and its synchronous standby")
        let servers = try await DatabaseServers(in: options.databases)
        var contenders: [EngineContender] = []
        defer { for receiver in contenders.flatMap(\.receivers) { receiver.stop() } }
        for (index, variant) in EngineVariant.all.enumerated() {
            contenders.append(try contender(variant, on: servers))
            let directory = "\(options.databases)/\(index)"
            _ = try checked("mkdir \(directory)", mkdir(directory, 0o700))
            try start(&contenders[index], in: directory)
            try preload(ports: contenders[index].ports)
            // Otherwise the plans would change in the middle of the rounds, with autovacuum.
            if let address = contenders[index].address { try servers.analyze(address) }
        }
        let table = try Table(EngineRound.columns)
        for number in 1...options.rounds {
            for index in contenders.indices {
                let round = try measure(number, contenders[index])
                try table.add(round.row(number, contenders[index].variant))
                contenders[index].rounds.append(round)
            }
        }
        try checkFeeds(of: contenders, count: total)
        for contender in contenders { try table.summarise(EngineRound.summary(contender)) }
        for contender in contenders.dropFirst() {
            try table.summarise(EngineRound.comparison(contender, with: contenders[0]))
        }
        return table
    }

    /// A variant with a new database and no receivers.
    private func contender(
        _ variant: EngineVariant,
        on servers: DatabaseServers
    ) throws -> EngineContender {
        if variant.engine == .sqlite {
            return EngineContender(variant: variant, servers: nil, address: nil)
        }
        let address = try servers.makeDatabase("receivers\(variant.receiverCount)")
        return EngineContender(variant: variant, servers: servers, address: address)
    }

    /// Starts the receivers of a variant.
    private func start(_ contender: inout EngineContender, in directory: String) throws {
        let settings =
            contender.address.map { ["storage.database=\($0)", "storage.singleCopy=false"] } ?? []
        for number in 1...contender.variant.receiverCount {
            let receiver = try start(
                Variant.all(options)[0],
                in: "\(directory)/\(number)",
                settings: settings
            )
            contender.receivers.append(receiver)
            try receiver.waitUntilReady()
        }
    }

    private func measure(_ number: Int, _ contender: EngineContender) throws -> EngineRound {
        let start = options.preload + (number - 1) * options.count
        return try EngineRound(
            try requests.bytes(start..<start + options.count),
            to: contender,
            connections: options.connections,
            yardstick: yardstick,
            syncMicroseconds: try syncMicroseconds(in: options.databases)
        )
    }

    /// Compares the feed of each receiver with the first `count` callbacks, which all were
    /// acknowledged.
    private func checkFeeds(of contenders: [EngineContender], count: Int) throws {
        note("checking the feeds")
        let check = FeedCheck(references: try requests.references(0..<count))
        for receiver in contenders.flatMap(\.receivers) { try check.run(on: receiver) }
    }
}
