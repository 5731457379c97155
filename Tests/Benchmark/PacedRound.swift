/// One round at a fixed rate: an open loop, whose latencies count from when a callback was due.
struct PacedRound {
    let load: PacedLoad.Result
    let usage: ServerProcess.Usage

    private var count: Double { Double(max(load.latencies.count, 1)) }

    /// CPU of the receiver for one response.
    var microseconds: Double { usage.microseconds / count }

    init(
        _ requests: [UInt8],
        rate: Int,
        to server: ServerProcess,
        connections: Int
    ) throws {
        let before = try server.usage()
        load = try PacedLoad(port: server.port, connections: connections).run(requests, rate: rate)
        usage = try server.usage() - before
    }

    static let columns = [
        "round", "build", "log", "rate/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "CPU µs",
        "bytes",
    ]

    func row(_ number: Int, _ variant: Variant) -> [Table.Cell] {
        let latencies = load.latencies.sorted()
        return [
            .count(number), .text(variant.build), .text(variant.logLevel),
            .number(count * 1e9 / Double(max(load.nanoseconds, 1)), digits: 0),
            .milliseconds(latencies, 0.5), .milliseconds(latencies, 0.99),
            .milliseconds(latencies, 0.999), .milliseconds(latencies, 1),
            .number(microseconds, digits: 1), .number(usage.writtenBytes / count, digits: 0),
        ]
    }
}
