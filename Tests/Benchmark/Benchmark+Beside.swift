// What is measured beside callbacks at a fixed rate.
extension Benchmark {
    /// Measures callbacks at a fixed rate alone, then beside each chore.
    func runWithChores() async throws -> Table {
        let chores = [nil] + options.beside.map { Optional($0) }
        return try await runPaced(ChoreRound.columns, chores) { chore, number, requests, server in
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

    /// Measures callbacks at a fixed rate alone, beside each attack, and alone again.
    func runHostile() async throws -> Table {
        try await requests.make(1)
        let attacks = [nil] + (try Attack.all(requests)).map { Optional($0) } + [nil]
        return try await runPaced(HostileRound.columns, attacks, firstWidth: 16) {
            attack,
            _,
            requests,
            server in
            try await HostileRound(
                try self.requests.bytes(requests),
                rate: options.rate,
                to: server,
                connections: options.connections,
                beside: attack
            ).row(attack)
        }
    }
}
