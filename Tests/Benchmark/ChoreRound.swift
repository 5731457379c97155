import Glibc
import Support

/// Work on the database that goes on beside callbacks.
enum Chore: String, CaseIterable, Sendable {
    case backup, prune

    /// Ten open pages that ask for the overview every two seconds.
    case pages
}

/// Callbacks at a fixed rate, while a chore is done or without one.
struct ChoreRound {
    private let load: PacedLoad.Result

    /// Microseconds of CPU that the receiver used, of all threads.
    private let serverMicroseconds: Double

    /// How long the chore took; nil without one, or when the load ended first.
    private let choreNanoseconds: UInt64?

    /// - Parameter number: tells the files of the rounds apart.
    init(
        _ requests: [UInt8],
        rate: Int,
        to server: ServerProcess,
        connections: Int,
        beside chore: Chore?,
        number: Int
    ) async throws {
        let before = try server.usage()
        let port = server.port
        async let sent = PacedLoad(port: port, connections: connections).run(requests, rate: rate)
        let started = nanoseconds(CLOCK_MONOTONIC)
        choreNanoseconds = try chore.map { chore in
            let seconds = requests.count / Requests.length / max(rate, 1)
            try server.run(chore, number: number, seconds: seconds)
            return nanoseconds(CLOCK_MONOTONIC) - started
        }
        load = try await sent
        serverMicroseconds = try server.usage().microseconds - before.microseconds
    }

    // MARK: The table

    static let columns = [
        "round", "beside", "rate/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "CPU µs", "took s",
    ]

    func row(_ number: Int, _ chore: Chore?) -> [Table.Cell] {
        let latencies = load.latencies.sorted()
        let rate = Double(latencies.count) * 1e9 / Double(max(load.nanoseconds, 1))
        return [
            .count(number), .text(chore?.rawValue ?? "none"), .number(rate, digits: 0),
            .milliseconds(latencies, 0.5), .milliseconds(latencies, 0.99),
            .milliseconds(latencies, 0.999), .milliseconds(latencies, 1),
            .number(serverMicroseconds / Double(max(latencies.count, 1)), digits: 1),
            choreNanoseconds.map { .number(Double($0) / 1e9, digits: 1) } ?? .none,
        ]
    }
}
