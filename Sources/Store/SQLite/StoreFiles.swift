import System

/// The files of one database.
struct StoreFiles: Sendable {
    /// The database: everything the product promises to keep.
    let main: String

    /// SQLite's write-ahead log: the newest commits of the database.
    var wal: String { main + "-wal" }

    /// The files that SQLite keeps beside the database while it is open.
    var companions: [String] { [wal, main + "-shm"] }

    /// The index: can be deleted at any time and is made again.
    var lookup: String { main + "-lookup" }

    /// The rejected-request store.
    var refused: String { main + "-refused" }

    /// The files that exist only where the database has existed.
    var orphans: [String] { [wal].filter(FileCreation.exists) + orphanedSideFiles }

    /// Those of them that are made after the database's tables.
    var orphanedSideFiles: [String] { [lookup, refused].filter(FileCreation.exists) }
}
