import System

/// The files of one database.
package struct StoreFiles: Sendable {
    /// The database: everything the product promises to keep.
    package let main: String

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

    /// The copy that a restore prepares; it is gone when the restore is complete.
    package var restoring: String { main + ".restoring" }

    /// What the name of a database that a restore has set aside has behind that of the database.
    package static let setAsideMark = ".before-"

    /// The newest database that a restore has set aside; nil when there is none.
    package var newestSetAside: String? {
        let directory = FilePath.directory(of: main)
        // What cannot be listed cannot be compared with either.
        let names = (try? FilePath.names(in: directory)) ?? []
        let start = main.dropFirst(directory == "/" ? 1 : directory.count + 1) + Self.setAsideMark
        // A time follows, in one zone: the newest is the last in order.
        let newest = names.filter { name in
            name.hasPrefix(start) && !["-wal", "-shm", "-journal"].contains(where: name.hasSuffix)
        }.max()
        return newest.map { (directory == "/" ? "" : directory) + "/" + $0 }
    }

    /// The files that exist only where the database has existed. When a restore was not finished,
    /// the database that it has set aside is one of them.
    var orphans: [String] {
        let files = [wal].filter(FileCreation.exists) + orphanedSideFiles
        guard FileCreation.exists(restoring) else { return files }
        return files + [restoring] + [newestSetAside].compactMap(\.self)
    }

    /// Those of them that are made after the database's tables.
    package var orphanedSideFiles: [String] { [lookup, refused].filter(FileCreation.exists) }
}
