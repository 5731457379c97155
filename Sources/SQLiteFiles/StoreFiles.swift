import System

/// The files of one database.
package struct StoreFiles: Sendable {
    /// The database: everything the product promises to keep.
    let main: String

    package init(main: String) {
        self.main = main
    }

    /// SQLite's write-ahead log: the newest commits of the database.
    package var wal: String { main + "-wal" }

    /// The files that SQLite keeps beside the database while it is open.
    package var companions: [String] { [wal, sharedMemory] }

    /// The index of the WAL, which SQLite makes again when the first process opens the database.
    package var sharedMemory: String { main + "-shm" }

    /// The index: can be deleted at any time and is made again.
    package var lookup: String { main + "-lookup" }

    /// The rejected-request store.
    package var refused: String { main + "-refused" }

    /// The files that exist only where the database has existed.
    var orphans: [String] { [wal].filter(FileCreation.exists) + orphanedSideFiles }

    /// Those of them that are made after the database's tables.
    package var orphanedSideFiles: [String] { [lookup, refused].filter(FileCreation.exists) }
}
