import Glibc
import Synchronization

/// The database that tests of the store use, chosen by one switch: with `CASHIN_TEST_STORAGE` set
/// to `postgresql`, each gets a database of its own in one PostgreSQL server; otherwise a file of
/// SQLite.
package enum TestDatabase {
    package static let isPostgreSQL: Bool = {
        guard let value = unsafe getenv("CASHIN_TEST_STORAGE") else { return false }
        return unsafe String(cString: value) == "postgresql"
    }()

    /// The server of this process; it is stopped when the process ends.
    private static let cluster = Mutex<PostgreSQLCluster?>(nil)
    private static let count = Atomic<Int>(0)

    /// The address of a new and empty database.
    package static func make() throws -> String {
        let server = try cluster.withLock { cluster in
            if let cluster { return cluster }
            let started = try PostgreSQLCluster(settings: ["max_connections=400"])
            cluster = started
            atexit { TestDatabase.cluster.withLock { $0 = nil } }
            return started
        }
        let number = count.add(1, ordering: .relaxed).newValue
        return try server.makeDatabase("test\(number)")
    }
}
