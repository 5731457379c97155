package import Ledger
import SQLite
package import SQLiteFiles
package import Store
import System

/// The files of one SQLite database, open far enough to start on.
///
/// One property for each file, thread or value that the store's parts share.
struct SQLiteStorage: Storage {
    let lookupFile: SideFile
    private let walFiles: WALFiles
    private var database: DatabaseLock { walFiles.database }

    /// Whether the database was made just now.
    let isNew: Bool
    let libraryVersion = Connection.libraryVersion
    let feed: String
    let head: Int64
    let index: ReferenceIndex
    private let refusals: RejectedRequestStore
    private let indexer: Indexer
    private let callbackIDs: CallbackIDs

    var rejectedRequests: any RejectedRequests { refusals }

    func release() { database.release() }

    /// Opens a database, making its tables and its side files as needed.
    static func open(
        _ database: DatabaseLock,
        rejectedKept: Int,
        hooks: Store.Hooks
    ) throws(StoreError) -> SQLiteStorage {
        let walFiles = WALFiles(database: database, onTrouble: hooks.sideFileTrouble)
        let (main, isNew) = try openMain(walFiles)
        return try StoreError.mapped { () throws(SQLiteError) in
            try SQLiteStorage(walFiles, main, isNew, rejectedKept: rejectedKept, hooks: hooks)
        }
    }

    /// Opens the main database, making its tables where that replaces nothing.
    private static func openMain(
        _ walFiles: WALFiles
    ) throws(StoreError) -> (connection: Connection, isNew: Bool) {
        let database = walFiles.database
        let (connection, isNew) = try StoreError.mapped { () throws(SQLiteError) in
            try walFiles.prepare(closeReaders: {})
            return try MainDatabase.connect(database.path)
        }
        guard isNew else { return (connection, false) }
        let orphans = StoreFiles(main: database.path).orphanedSideFiles
        guard orphans.isEmpty else {
            let refusal = DatabaseLock.Refusal.orphaned(path: database.path, files: orphans)
            throw StoreError(.orphaned, refusal.description, context: "open")
        }
        try StoreError.mapped { () throws(SQLiteError) in try DatabaseSchema.create(connection) }
        return (connection, true)
    }

    private init(
        _ walFiles: WALFiles,
        _ main: Connection,
        _ isNew: Bool,
        rejectedKept: Int,
        hooks: Store.Hooks
    ) throws(SQLiteError) {
        self.walFiles = walFiles
        self.isNew = isNew
        feed = try MainDatabase.feed(main)
        head = try MainDatabase.newest("sequence", of: "transitions", main)
        index = ReferenceIndex(hash: try MainDatabase.hash(main))
        let files = StoreFiles(main: walFiles.database.path)
        let owner = FileOwnership.ofNewFile(beside: files.main)
        lookupFile = SideFile(
            path: files.lookup,
            owner: owner,
            onTrouble: hooks.sideFileTrouble
        )
        indexer = Indexer(index: index, file: lookupFile)
        let refusedFile = SideFile(
            path: files.refused,
            owner: owner,
            onTrouble: hooks.sideFileTrouble
        )
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
    func makeReader() -> any StorageReader {
        SQLiteReader(
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
            try walFiles.prepare(closeReaders: closeReaders)
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

extension Store {
    /// Opens a database on SQLite, making it as needed.
    ///
    /// - Parameters:
    ///   - database: released when the store has closed the database.
    ///   - rejectedKept: plausible refusals kept; a tenth of it is kept of the others.
    ///   - render: the form in which ``feed(_:limit:)`` has transitions.
    ///   - jitter: spreads the inquiries of payments that were made at the same time.
    ///   - now: milliseconds since the epoch.
    package convenience init(
        database: DatabaseLock,
        policy: LedgerPolicy,
        rejectedKept: Int,
        hooks: Hooks = Hooks(),
        render: @escaping TransitionRendering,
        jitter: Jitter = Jitter(seed: .random(in: 0...UInt64.max)),
        now: @escaping @Sendable () -> Int64
    ) throws(StoreError) {
        self.init(
            storage: try SQLiteStorage.open(database, rejectedKept: rejectedKept, hooks: hooks),
            policy: policy,
            hooks: hooks,
            render: render,
            jitter: jitter,
            now: now
        )
    }
}
