import Dispatch
import Glibc
import Support
import Synchronization

/// Callbacks at a fixed rate beside an attack, or without one.
struct HostileRound {
    private let load: PacedLoad.Result
    private let attack: AttackLoad.Result?

    /// Microseconds of CPU that the receiver used, of all threads.
    private let serverMicroseconds: Double

    /// The largest resident memory seen, in kibibytes.
    private let kibibytes: Double

    init(
        _ requests: [UInt8],
        rate: Int,
        to server: ServerProcess,
        connections: Int,
        beside attack: Attack?
    ) async throws {
        let before = try server.usage()
        let port = server.port
        let hostile = AttackLoad()
        let attackPort = attack?.isInternal == true ? server.internalPort : port
        // Connections of good clients first: beyond the limit no one is told from another.
        let good = try PacedLoad(port: port, connections: connections)
        async let attacked = onThread { try attack.map { try hostile.run($0, port: attackPort) } }
        let largest = LargestMemory()
        let id = server.id
        async let watched: Void = onThread { try largest.watch(id) }
        load = try await Self.run(good, requests, rate: rate) {
            hostile.stop()
            largest.stop()
        }
        self.attack = try await attacked
        try await watched
        kibibytes = largest.kibibytes
        serverMicroseconds = try server.usage().microseconds - before.microseconds
    }

    private static func run(
        _ load: consuming PacedLoad,
        _ requests: [UInt8],
        rate: Int,
        finally end: () -> Void
    ) async throws -> PacedLoad.Result {
        defer { end() }
        return try load.run(requests, rate: rate)
    }

    // MARK: The table

    static let columns = [
        "attack", "conns", "attempts/s", "closed/s", "statuses", "p50 ms", "p99 ms", "max ms",
        "CPU %", "RSS MiB",
    ]

    func row(_ attack: Attack?) -> [Table.Cell] {
        let latencies = load.latencies.sorted()
        let seconds = Double(max(load.nanoseconds, 1)) / 1e9
        let perSecond = { (count: Int?) -> Table.Cell in
            count.map { .number(Double($0) / seconds, digits: 0) } ?? .none
        }
        let statuses = (self.attack?.statuses.keys.sorted() ?? []).joined(separator: ",")
        return [
            .text(attack?.name ?? "none"), attack.map { .count($0.connections) } ?? .none,
            perSecond(self.attack?.attempts), perSecond(self.attack?.closed),
            statuses.isEmpty ? .none : .text(statuses),
            .milliseconds(latencies, 0.5), .milliseconds(latencies, 0.99),
            .milliseconds(latencies, 1),
            .number(serverMicroseconds / seconds / 1e4, digits: 0),
            .number(kibibytes / 1_024, digits: 0),
        ]
    }
}

/// The largest resident memory of a receiver, looked at every 20 ms.
private final class LargestMemory: Sendable {
    private let isOver = Atomic(false)
    private let largest = Atomic(0)

    var kibibytes: Double { Double(largest.load(ordering: .relaxed)) }

    func stop() { isOver.store(true, ordering: .relaxed) }

    func watch(_ id: pid_t) throws {
        while !isOver.load(ordering: .relaxed) {
            let now = Int(try ServerProcess.residentKibibytes(of: id))
            _ = largest.max(now, ordering: .relaxed)
            usleep(20_000)
        }
    }
}

/// Runs what blocks on a thread of its own: the pool of Swift's tasks has one for each processor.
private func onThread<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue(label: "hostile").async {
            continuation.resume(with: Swift.Result(catching: body))
        }
    }
}
