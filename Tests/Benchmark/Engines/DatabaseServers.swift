import Support

/// A primary and its synchronous standby, both on this machine.
final class DatabaseServers {
    /// Microseconds of CPU that all processes of each server have used.
    struct Usage {
        var primary: Double
        var standby: Double

        static func - (after: Usage, before: Usage) -> Usage {
            Usage(
                primary: after.primary - before.primary,
                standby: after.standby - before.standby
            )
        }
    }

    private let pair: PostgreSQLPair

    /// Starts both; they are stopped with the last reference.
    ///
    /// - Parameter directory: where their files are.
    init(in directory: String) async throws {
        // The default of PostgreSQL, in place of the small one of tests.
        pair = try await PostgreSQLPair(in: directory, settings: ["shared_buffers=128MB"])
    }

    /// Makes an empty database, and returns its address.
    func makeDatabase(_ name: String) throws -> String { try pair.primary.makeDatabase(name) }

    /// Collects the statistics of a database's tables.
    func analyze(_ address: String) throws { try pair.primary.analyze(address) }

    func usage() throws -> Usage {
        Usage(
            primary: try cpuMicroseconds(ofFamily: pair.primary.processID()),
            standby: try cpuMicroseconds(ofFamily: pair.standby.processID())
        )
    }
}
