import APIModel
import Configuration
import Ledger
import Logging
import Maintenance
import Payments
import PostgreSQLStore
import SQLiteFiles
import SQLiteStore
import Store
import System

/// The configured database, from which the store is opened.
enum ServiceDatabase {
    /// A SQLite database, locked for this process.
    case file(DatabaseLock)
    case server(Configuration.DatabaseServer)

    /// The path or the URI.
    var name: String {
        switch self {
        case .file(let lock): lock.path
        case .server(let server): server.uri
        }
    }

    /// Opens the database, and returns the store when it can accept callbacks.
    func open(
        _ configuration: Configuration,
        disk: DiskWatch,
        _ log: Log
    ) async throws(StartFailure) -> Store {
        do throws(StoreError) {
            let store = try store(configuration, Daemon.hooks(log, disk))
            announce(store, log)
            try await store.prepare()
            return store
        } catch {
            throw .database(error, name: name)
        }
    }

    private func store(
        _ configuration: Configuration,
        _ hooks: Store.Hooks
    ) throws(StoreError) -> Store {
        let policy = LedgerPolicy(configuration)
        let rejectedKept = configuration.storage.rejectedKept
        switch self {
        case .file(let lock):
            return try Store(
                database: lock,
                policy: policy,
                rejectedKept: rejectedKept,
                hooks: hooks,
                render: TransitionText.append,
                now: SystemClock.realtimeMilliseconds
            )
        case .server(let server):
            return try Store(
                postgreSQL: server.address,
                isCreated: configuration.storage.isCreated,
                rejectedPath: server.rejectedFile,
                policy: policy,
                rejectedKept: rejectedKept,
                hooks: hooks,
                render: TransitionText.append,
                now: SystemClock.realtimeMilliseconds
            )
        }
    }

    /// Whether the cause of an error of opening may end, so that another attempt succeeds.
    func isPassing(_ error: StoreError, disk: DiskWatch) -> Bool {
        switch (self, error.kind) {
        case (_, .invalidWork), (_, .unusable), (_, .orphaned): false
        case (.file, .diskFull): true
        // On a full disk a file cannot be created, which SQLite reports as a file that cannot be
        // opened.
        case (.file, _): disk.isFull()
        // The server may be starting, or another one may be taking its place.
        case (.server, _): true
        }
    }
}

// MARK: - What was opened

extension ServiceDatabase {
    /// Logs what was opened, so that a volume that is not mounted, a SQLite version with a known
    /// fault, or a second name of the file is noticed.
    private func announce(_ store: Store, _ log: Log) {
        log.info("database open") {
            $0.add(nameField, name)
            $0.add("feed", store.feed)
            $0.add(libraryField, store.libraryVersion)
        }
        if let version = store.migratedVersion {
            log.info("migrated the database from an older version") {
                $0.add("schemaVersion", version)
            }
        }
        if store.isNew {
            log.warning("created a new database; it has no earlier payments") {
                $0.add(nameField, name)
            }
        }
        if case .file(let lock) = self { Self.announce(lock, log) }
    }

    private var nameField: String {
        switch self {
        case .file: "path"
        case .server: "uri"
        }
    }

    private var libraryField: String {
        switch self {
        case .file: "sqlite"
        case .server: "postgresql"
        }
    }

    private static func announce(_ lock: DatabaseLock, _ log: Log) {
        if let trouble = lock.lockFileTrouble { Daemon.logTrouble(trouble, log) }
        if lock.linkCount > 1 {
            log.warning("the database file has other hard links; never open it by another name") {
                $0.add("path", lock.path)
                $0.add("links", lock.linkCount)
            }
        }
    }
}
