import Logging
import Maintenance
import SQLiteFiles
import SQLiteStore
import Store

// What is logged about the store.
extension Daemon {
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
    static func logTrouble(_ trouble: SideFileTrouble, _ log: Log) {
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
