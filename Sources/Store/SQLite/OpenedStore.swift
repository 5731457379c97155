import SQLite

/// The files of one SQLite database, open far enough to start on.
struct OpenedStore: Sendable {
    let files: StoreFiles
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
        try StoreError.mapped { () throws(SQLiteError) in
            try OpenedStore(database, rejectedKept: rejectedKept, hooks: hooks)
        }
    }

    private init(
        _ database: DatabaseLock,
        rejectedKept: Int,
        hooks: Store.Hooks
    ) throws(SQLiteError) {
        files = StoreFiles(main: database.path)
        let main = try MainDatabase.open(database.path)
        feed = try MainDatabase.feed(main)
        head = try MainDatabase.newest("sequence", of: "transitions", main)
        index = ReferenceIndex(hash: try MainDatabase.hash(main))
        // Makes the index file, so that readers find it.
        _ = try LookupFile(
            path: files.lookup,
            feed: feed,
            newest: try MainDatabase.newest(main)
        )
        let refused = try RefusalFile.open(files.refused)
        callbackIDs = CallbackIDs(
            newest: max(
                try MainDatabase.newest("id", of: "callbacks", main),
                try MainDatabase.newest("id", of: "refusals", refused)
            )
        )
        indexer = Indexer(
            index: index,
            path: files.lookup,
            onFailure: { hooks.sideFileFailed(StoreError($0)) }
        )
        refusals = RejectedRequestStore(
            path: files.refused,
            keptMax: rejectedKept,
            callbackIDs: callbackIDs,
            onFailure: { hooks.sideFileFailed(StoreError($0)) }
        )
    }

    /// Opens the database for writing, with everything in memory read from it.
    func makeEngine(nowMilliseconds: Int64) throws(StoreError) -> sending any StorageEngine {
        try StoreError.mapped { () throws(SQLiteError) in
            let connection = try MainDatabase.reopen(files.main, feed: feed)
            let newest = try MainDatabase.newest(connection)
            let lookups = try LookupFile(path: files.lookup, feed: feed, newest: newest)
            try index.rebuild(from: connection, file: lookups)
            return try SQLiteEngine(
                connection,
                index: index,
                lookups: lookups,
                callbackIDs: callbackIDs,
                nowMilliseconds: nowMilliseconds,
                onIndexFull: { [index, indexer] watermark in
                    index.prepareFlush(through: watermark)
                    indexer.wake()
                }
            )
        }
    }
}
