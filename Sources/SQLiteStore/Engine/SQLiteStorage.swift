package import Ledger
import SQLReaders
import SQLTables
import SQLite
package import SQLiteFiles
package import Store
import System

/// The opened files of one SQLite database, from which a ``Store`` is created.
///
/// One property for each file, thread or value that the parts of the store share.
struct SQLiteStorage: Storage {
    /// The index file.
    let indexFile: SideFile

    /// Shared by the writer and all readers.
    private let locks = StuckLocks()

    /// The lock on the database, and the check of its WAL and shared memory.
    private let walFiles: WALFiles

    /// The lock on the database.
    private var database: DatabaseLock { walFiles.database }

    /// Whether this run of the program created the database.
    let isNew: Bool

    /// The schema version that this run has migrated; nil if it was the newest one.
    let migratedVersion: Int64?

    /// The version of SQLite, as in `3.40.1`.
    let libraryVersion = Connection.libraryVersion

    /// The feed id.
    let feed: String

    /// The newest sequence number when the database was opened.
    let head: Int64

    /// The reference index, shared by the writer and all readers.
    let index: ReferenceIndex

    /// The rejected-request store, which has a thread of its own.
    private let refusals: RejectedRequestStore
    private let damageFound: @Sendable (StoreError) -> Void

    /// Writes batches of the reference index on a thread of its own.
    private let indexer: Indexer

    /// Shared by the journal and the rejected-request store.
    private let callbackIDs: CallbackIDs

    /// The rejected-request store.
    var rejectedRequests: any RejectedRequests { refusals }

    /// False: the database is locked.
    var isShared: Bool { false }

    /// Does nothing: the database is locked.
    func follow(_ onCommit: @escaping @Sendable (ForeignCommits) -> Void) {}

    /// Releases the locks of the database; all connections must be closed.
    func release() { database.release() }

    /// Opens a database, and creates its tables and its side files as needed.
    ///
    /// The connection used here is closed on return; the engine and the readers open their own.
    ///
    /// - Throws: ``StoreError/Kind/orphaned`` when an empty file is where a database existed
    ///   before.
    static func open(
        _ database: DatabaseLock,
        rejectedKept: Int,
        hooks: Store.Hooks
    ) throws(StoreError) -> SQLiteStorage {
        let walFiles = WALFiles(database: database, onTrouble: hooks.sideFileTrouble)
        let (main, content) = try openMain(walFiles)
        return try StoreError.mapped { () throws(SQLiteError) in
            try SQLiteStorage(walFiles, main, content, rejectedKept: rejectedKept, hooks: hooks)
        }
    }

    /// Opens the main database, and migrates its tables, or creates them unless side files show
    /// that a database existed.
    ///
    /// ``DatabaseLock`` has checked files without content before; this also covers a file that has
    /// content but no tables.
    private static func openMain(
        _ walFiles: WALFiles
    ) throws(StoreError) -> (connection: Connection, content: DatabaseContent) {
        let database = walFiles.database
        let (connection, content) = try StoreError.mapped { () throws(SQLiteError) in
            try walFiles.prepare(closeReaders: {})
            return try MainDatabase.connect(database.path)
        }
        guard content == .nothing else {
            try StoreError.mapped { () throws(SQLiteError) in
                _ = try DatabaseSchema.migrate(connection)
            }
            return (connection, content)
        }
        let orphans = StoreFiles(main: database.path).orphanedSideFiles
        guard orphans.isEmpty else {
            let refusal = DatabaseLock.Refusal.orphaned(path: database.path, files: orphans)
            throw StoreError(.orphaned, refusal.description, context: "open")
        }
        try StoreError.mapped { () throws(SQLiteError) in try DatabaseSchema.create(connection) }
        return (connection, content)
    }

    /// Reads the shared values from the main database. Callback IDs continue after the highest one
    /// in the journal and the rejected-request store.
    private init(
        _ walFiles: WALFiles,
        _ main: Connection,
        _ content: DatabaseContent,
        rejectedKept: Int,
        hooks: Store.Hooks
    ) throws(SQLiteError) {
        self.walFiles = walFiles
        damageFound = hooks.damageFound
        isNew = content == .nothing
        migratedVersion = content.olderVersion
        feed = try MainDatabase.feed(main)
        head = try MainDatabase.newest("sequence", of: "transitions", main)
        index = ReferenceIndex(hash: try MainDatabase.hash(main))
        let files = StoreFiles(main: walFiles.database.path)
        let owner = FileOwnership.ofNewFile(beside: files.main)
        indexFile = SideFile(
            path: files.lookup,
            owner: owner,
            onTrouble: hooks.sideFileTrouble
        )
        indexer = Indexer(index: index, file: indexFile)
        let refusedFile = SideFile(
            path: files.refused,
            owner: owner,
            onTrouble: hooks.sideFileTrouble
        )
        callbackIDs = CallbackIDs(
            newest: max(
                try MainDatabase.newestCallback(main),
                RejectedRequestFile.newestID(in: refusedFile, isExpected: !isNew)
            )
        )
        refusals = RejectedRequestStore(
            file: refusedFile,
            requestsMax: rejectedKept,
            callbackIDs: callbackIDs
        )
    }

    /// Creates the reader; its connections open when they are first used.
    func makeReader(onStuckLock: @escaping @Sendable () -> Void) -> any StorageReader {
        let damage = DamageReport(onDamage: damageFound)
        let database = database
        return DatabaseReader(
            ReaderSource(
                open: { [indexFile, index, refusals] () throws(StoreError) in
                    let main = try StoreError.mapped { () throws(SQLiteError) in
                        let main = try Connection(path: database.path, mode: .readOnly)
                        // The rows of another file at the path must not be returned.
                        guard database.isInPlace else {
                            throw MainDatabase.displacement(of: database)
                        }
                        return main
                    }
                    return ReaderDatabase(
                        main: SQLiteDatabase(main),
                        payments: IndexedSearch(index, IndexReader(main, indexFile, index)),
                        refused: refusals.makeReader()
                    )
                },
                failed: { [locks] error in
                    // In WAL mode a read waits for no other connection, but for the moment of a
                    // recovery.
                    if error.kind == .locked {
                        locks.suspect()
                        onStuckLock()
                    }
                    damage.report(error)
                    return .none
                },
                writeRefused: { [refusals] in await refusals.flush() }
            )
        )
    }

    /// Opens the database for writing and rebuilds the engine's memory from it.
    ///
    /// Fails unless the file at the path is the locked one and has the feed id of before. An
    /// unusable shared memory of the WAL is replaced first, and stuck locks are given up.
    ///
    /// - Parameter closeReaders: see ``DatabaseLocation``.
    func makeEngine(
        nowMilliseconds: Int64,
        closeReaders: @escaping @Sendable () -> Void
    ) throws(StoreError) -> sending any StorageEngine {
        if locks.areSuspected {
            // The writer's connection is closed already.
            closeReaders()
            locks.forget()
        }
        let (connection, indexFile) = try StoreError.mapped { () throws(SQLiteError) in
            try walFiles.prepare(closeReaders: closeReaders)
            let connection = try reopenMain()
            return (connection, try openIndexFile(connection))
        }
        return try SQLiteEngine(
            connection,
            location: DatabaseLocation(database, locks, closeReaders: closeReaders),
            index: index,
            indexFile: indexFile,
            callbackIDs: callbackIDs,
            nowMilliseconds: nowMilliseconds,
            onIndexFull: { [index, indexer, feed] watermark, connection in
                // If this fails, the next commit tries again.
                let history = IndexHistory(connection, feed: feed)
                guard let cover = try? history.cover(watermark) else { return }
                index.prepareFlush(through: cover)
                indexer.wake()
            },
            recreateIndexFile: { (connection, error) throws(SQLiteError) in
                try recreateIndexFile(connection, because: error)
            }
        )
    }

    /// Opens the main database for writing again.
    private func reopenMain() throws(SQLiteError) -> Connection {
        do throws(SQLiteError) {
            return try MainDatabase.reopen(database, feed: feed)
        } catch {
            // See ``DatabaseLocation/execute(_:_:)``.
            if error.isBusy { locks.suspect() }
            throw error
        }
    }

    /// Opens the index file, checks it, and fills the memory of the reference index with what the
    /// file does not cover.
    ///
    /// A damaged file is set aside and created again, from the main database: then this takes as
    /// long as reading all payments.
    private func openIndexFile(_ main: Connection) throws(SQLiteError) -> IndexFile {
        let history = IndexHistory(main, feed: feed)
        return try indexFile.open(isExpected: !isNew) { (path) throws(SQLiteError) in
            let indexFile = try IndexFile(path: path, history: history)
            if try indexFile.entryCount() <= Self.entriesCheckedMax {
                try indexFile.checkEntries()
            } else {
                indexer.check()
            }
            try index.rebuild(from: main, file: indexFile, history: history)
            return indexFile
        }
    }

    /// The number of index entries up to which the file is checked before the first commit, which
    /// takes some hundredths of a second. Larger files are checked in the background.
    private static let entriesCheckedMax = 100_000

    /// Opens the index file after an error in it, created again if the file was at fault.
    ///
    /// - Throws: `error` itself when the file is not at fault, as with a full disk.
    private func recreateIndexFile(
        _ main: Connection,
        because error: SQLiteError
    ) throws(SQLiteError) -> IndexFile {
        guard indexFile.isGone(by: error) else { throw error }
        try indexFile.setAside(because: error)
        return try openIndexFile(main)
    }
}

extension Store {
    /// Opens a database on SQLite, and creates it as needed.
    ///
    /// - Parameters:
    ///   - database: the lock, released when the store has closed the database.
    ///   - rejectedKept: the maximum of stored plausible rejected requests; a tenth of it applies
    ///     to all others.
    ///   - render: the form in which ``feed(_:limit:)`` returns transitions.
    ///   - jitter: spreads the queries of payments that were generated at the same time.
    ///   - now: the present, in milliseconds since the epoch.
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
