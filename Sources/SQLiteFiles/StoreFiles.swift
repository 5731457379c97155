import System

/// The paths of the files of one database.
package struct StoreFiles: Sendable {
    /// The main database, which holds everything that the product promises to keep.
    package let main: String

    package init(main: String) {
        self.main = main
    }

    /// SQLite's write-ahead log, with the newest commits. It is part of the database.
    package var wal: String { main + "-wal" }

    /// The files that SQLite keeps beside the open database.
    package var companions: [String] { [wal, sharedMemory] }

    /// The shared memory of the WAL, an index of it; SQLite creates it again when the first process
    /// opens the database.
    package var sharedMemory: String { main + "-shm" }

    /// The reference index; it may be deleted at any time, and is created again.
    package var lookup: String { main + "-lookup" }

    /// The rejected-request store.
    package var refused: String { main + "-refused" }

    /// The copy that a restore prepares; it is removed when the restore is complete.
    package var restoring: String { main + ".restoring" }

    /// The database that an import fills; it is renamed when it is complete.
    package var importing: String { main + ".importing" }

    /// What follows the name of the database in the name of one that a restore has set aside; a
    /// time follows.
    package static let setAsideMark = ".before-"

    /// The newest database that a restore has set aside; nil when there is none.
    package var newestSetAside: String? {
        let directory = FilePath.directory(of: main)
        // A directory that cannot be listed counts as empty.
        let names = (try? FilePath.names(in: directory)) ?? []
        let start = main.dropFirst(directory == "/" ? 1 : directory.count + 1) + Self.setAsideMark
        // The name ends with a time in a fixed zone, so the newest one is the last in order.
        let newest = names.filter { name in
            name.hasPrefix(start) && !["-wal", "-shm", "-journal"].contains(where: name.hasSuffix)
        }.max()
        return newest.map { (directory == "/" ? "" : directory) + "/" + $0 }
    }

    /// The existing files that show that a database existed here.
    package var orphans: [String] {
        let files = [wal, importing].filter(FileCreation.exists) + orphanedSideFiles
        guard FileCreation.exists(restoring) else { return files }
        return files + [restoring] + [newestSetAside].compactMap(\.self)
    }

    /// Those of them that are created after the tables of the database.
    package var orphanedSideFiles: [String] { [lookup, refused].filter(FileCreation.exists) }
}
