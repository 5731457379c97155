import SQLite

/// The files of one SQLite database, open far enough to start on.
struct OpenedStore: Sendable {
    let lookupFile: SideFile
    private let database: DatabaseLock

    /// Whether the database was made just now.
    let isNew: Bool
    let libraryVersion = Connection.libraryVersion
    let feed: String
    let head: Int64
    let index: ReferenceIndex
    let refusals: RejectedRequestStore
    private let indexer: Indexer
    private let callbackIDs: CallbackIDs

    /// Opens a database, making its tables and its side files as needed.
    static func open(
        _ database: DatabaseLock,
        rejectedKept: Int,
        hooks: Store.Hooks
    ) throws(StoreError) -> OpenedStore {
        let (main, isNew) = try openMain(database)
        return try StoreError.mapped { () throws(SQLiteError) in
            try OpenedStore(database, main, isNew, rejectedKept: rejectedKept, hooks: hooks)
        }
    }

    /// Opens the main database, making its tables where that replaces nothing.
    private static func openMain(
        _ database: DatabaseLock
    ) throws(StoreError) -> (connection: Connection, isNew: Bool) {
        let (connection, isNew) = try StoreError.mapped { () throws(SQLiteError) in
            try MainDatabase.connect(database.path)
        }
        guard isNew else { return (connection, false) }
        let orphans = StoreFiles(main: database.path).orphanedSideFiles
        guard orphans.isEmpty else {
            let refusal = DatabaseLock.Refusal.orphaned(path: database.path, files: orphans)
            throw StoreError(.orphaned, refusal.description, context: "open")
        }
        try StoreError.mapped { () throws(SQLiteError) in try Schema.create(connection) }
        return (connection, true)
    }

    private init(
        _ database: DatabaseLock,
        _ main: Connection,
        _ isNew: Bool,
        rejectedKept: Int,
        hooks: Store.Hooks
    ) throws(SQLiteError) {
        self.database = database
        self.isNew = isNew
        feed = try MainDatabase.feed(main)
        head = try MainDatabase.newest("sequence", of: "transitions", main)
        index = ReferenceIndex(hash: try MainDatabase.hash(main))
        let files = StoreFiles(main: database.path)
        lookupFile = SideFile(path: files.lookup, onTrouble: hooks.sideFileTrouble)
        indexer = Indexer(index: index, file: lookupFile)
        let refusedFile = SideFile(path: files.refused, onTrouble: hooks.sideFileTrouble)
        callbackIDs = CallbackIDs(
            newest: max(
                try MainDatabase.newest("id", of: "callbacks", main),
                RefusalFile.newestID(in: refusedFile, isExpected: !isNew)
            )
        )
        refusals = RejectedRequestStore(
            file: refusedFile,
            keptMax: rejectedKept,
            callbackIDs: callbackIDs
        )
    }

    /// Makes what reads the database and the files beside it.
    func makeReader() -> Reader {
        Reader(
            ReadableFiles(
                database: database,
                lookupFile: lookupFile,
                index: index,
                rejectedRequests: refusals
            )
        )
    }

    /// Opens the database for writing, with everything in memory read from it.
    ///
    /// - Parameter closeReaders: see ``DatabasePlace``.
    func makeEngine(
        nowMilliseconds: Int64,
        closeReaders: @escaping @Sendable () -> Void
    ) throws(StoreError) -> sending any StorageEngine {
        try StoreError.mapped { () throws(SQLiteError) in
            let connection = try MainDatabase.reopen(database, feed: feed)
            return try SQLiteEngine(
                connection,
                place: DatabasePlace(database, closeReaders: closeReaders),
                index: index,
                lookups: try openLookups(connection),
                callbackIDs: callbackIDs,
                nowMilliseconds: nowMilliseconds,
                onIndexFull: { [index, indexer, feed] watermark, connection in
                    // Should it fail, the next commit tries again.
                    let history = IndexHistory(connection, feed: feed)
                    guard let cover = try? history.cover(watermark) else { return }
                    index.prepareFlush(through: cover)
                    indexer.wake()
                },
                remakeLookups: { (connection, error) throws(SQLiteError) in
                    try remakeLookups(connection, because: error)
                }
            )
        }
    }

    /// Opens the index file and has memory hold what it does not cover.
    private func openLookups(_ main: Connection) throws(SQLiteError) -> LookupFile {
        let history = IndexHistory(main, feed: feed)
        return try lookupFile.open(isExpected: !isNew) { (path) throws(SQLiteError) in
            let lookups = try LookupFile(path: path, history: history)
            if try lookups.entryCount() <= Self.entriesCheckedMax {
                try lookups.checkEntries()
            } else {
                indexer.check()
            }
            try index.rebuild(from: main, file: lookups, history: history)
            return lookups
        }
    }

    /// Entries that are checked before the first commit, in some hundredths of a second; more are
    /// checked behind the commits.
    private static let entriesCheckedMax = 100_000

    /// Opens the index file after an error in it, made again where it was at fault.
    private func remakeLookups(
        _ main: Connection,
        because error: SQLiteError
    ) throws(SQLiteError) -> LookupFile {
        guard lookupFile.isGone(by: error) else { throw error }
        try lookupFile.setAside(because: error)
        return try openLookups(main)
    }
}
