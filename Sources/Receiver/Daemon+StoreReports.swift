import Logging
import Maintenance
import SQLiteFiles
import SQLiteStore
import Store

// What is logged about the store.
extension Daemon {
    /// Logs what was opened, so that a volume that is not mounted, a SQLite version with a known
    /// fault, or a second name of the file is noticed.
    static func announce(_ store: Store, _ database: DatabaseLock, _ log: Log) {
        log.info("database open") {
            $0.add("path", database.path)
            $0.add("feed", store.feed)
            $0.add("sqlite", store.libraryVersion)
        }
        if let version = store.migratedVersion {
            log.info("migrated the database from an older version") {
                $0.add("schemaVersion", version)
            }
        }
        if store.isNew {
            log.warning("created a new database; it has no earlier payments") {
                $0.add("path", database.path)
            }
        }
        if let trouble = database.lockFileTrouble { logTrouble(trouble, log) }
        if database.linkCount > 1 {
            log.warning("the database file has other hard links; never open it by another name") {
                $0.add("path", database.path)
                $0.add("links", database.linkCount)
            }
        }
    }

    /// Logs what the store reports, and releases the disk reserve when a commit finds the disk
    /// full. The hooks run on the store's threads; logging never blocks.
    static func hooks(_ log: Log, _ disk: DiskWatch) -> Store.Hooks {
        Store.Hooks(
            commitsFailed: { error in
                if let error {
                    log.error("the database cannot commit") { $0.add("error", describing: error) }
                } else {
                    log.info("the database commits again")
                }
            },
            workRefused: { error in
                log.error("the database rejected a change; nothing of it was stored") {
                    $0.add("error", describing: error)
                }
            },
            sideFileTrouble: { logTrouble($0, log) },
            damageFound: { error in
                log.error("the database is damaged; what is in that part is not shown") {
                    $0.add("error", describing: error)
                }
            },
            diskFull: { disk.releaseReserve() }
        )
    }

    /// Logs a problem with a side file of the database.
    private static func logTrouble(_ trouble: SideFileTrouble, _ log: Log) {
        let write = { (line: inout LogLine) in
            line.add("file", trouble.path)
            if case .setAside(let name) = trouble.kind { line.add("setAsideAs", name) }
            if let error = trouble.error { line.add("error", describing: error) }
        }
        switch trouble.kind {
        case .lost:
            log.warning("a side file of the database was missing and was created again", write)
        case .setAside:
            log.warning("a side file of the database was unusable and is replaced", write)
        case .failed: log.warning("cannot read or write a side file of the database", write)
        }
    }
}
