import Queues
import SQLite
import SQLiteFiles
import SQLiteTables
import Store

/// A connection that only reads, with a thread of its own: a long read delays only reads on the
/// same connection.
actor ReadingConnection {
    private let executor = QueueExecutor(blockingLabel: "store.reader")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let readable: ReadableFiles

    /// The open files with their statements; nil before the first read and after
    /// ``closeFiles()``.
    private var opened: ReaderTables?
    private var isClosed = false

    init(_ readable: ReadableFiles) { self.readable = readable }

    /// Runs `body`, after opening the files if necessary.
    ///
    /// - Throws: ``StoreError/closed`` after ``close()``, or the error of `body`.
    func read<Result: Sendable>(
        _ body: @Sendable (ReaderTables) throws(SQLiteError) -> Result
    ) throws(StoreError) -> Result {
        if isClosed { throw .closed }
        do throws(SQLiteError) {
            return try body(try tables())
        } catch {
            // In WAL mode a read waits for no other connection, but for the moment of a recovery.
            if error.isBusy { readable.onStuckLock() }
            if error.isDamage { readable.damage.report(error) }
            throw StoreError(error)
        }
    }

    /// Closes the files for good; later reads fail.
    func close() {
        isClosed = true
        opened = nil
    }

    /// Closes the files of all `connections`; the next reads open them again, after the last one
    /// was closed.
    ///
    /// Blocks the calling thread until the present reads have ended; must not be called on the
    /// thread of a connection.
    static func closeFiles(of connections: ArraySlice<ReadingConnection>) {
        guard let connection = connections.first else { return }
        connection.executor.runAndWait {
            connection.assumeIsolated { $0.opened = nil }
            closeFiles(of: connections.dropFirst())
        }
    }

    /// The statements, after opening the files if necessary.
    private func tables() throws(SQLiteError) -> ReaderTables {
        if let opened { return opened }
        let tables = try ReaderTables(readable)
        opened = tables
        return tables
    }
}

/// The files that readers open: the database, and the side files, which they can do without.
struct ReadableFiles: Sendable {
    let database: DatabaseLock
    let indexFile: SideFile
    let index: ReferenceIndex
    let rejectedRequests: RejectedRequestStore
    let damage: DamageReport

    /// Called when a read waited for a lock in vain.
    let onStuckLock: @Sendable () -> Void
}

/// The statements of one reading connection.
///
/// One property for each table or list that is read.
struct ReaderTables {
    let transitions: TransitionReader
    let transactions: TransactionReader
    let callbacks: CallbackReader
    let attention: AttentionReader
    let inquiries: InquiryReader
    let generations: GenerationTable
    let meta: MetaTable
    let list: TransactionList
    let summary: SummaryReader
    let consumers: ConsumerTable
    let gatewayCalls: GatewayCallReader
    let erasures: ErasureReader
    let alerts: AlertReader
    let activity: ActivityReader

    /// Opens the main database for reading; side files open when they are first used.
    ///
    /// - Throws: when the database is not at its path.
    init(_ readable: ReadableFiles) throws(SQLiteError) {
        let (database, index) = (readable.database, readable.index)
        let main = try Connection(path: database.path, mode: .readOnly)
        // The rows of another file at the path must not be returned.
        guard database.isInPlace else { throw MainDatabase.displacement(of: database) }
        let indexFile = IndexReader(main, readable.indexFile, index)
        let refused = ReaderRefusals(readable.rejectedRequests)
        attention = try AttentionReader(main)
        transitions = try TransitionReader(main)
        transactions = try TransactionReader(
            main,
            index: index,
            indexFile: indexFile,
            transitions: transitions,
            attention: attention
        )
        callbacks = try CallbackReader(main, refused: refused, index: index, indexFile: indexFile)
        inquiries = try InquiryReader(main, index: index, indexFile: indexFile)
        generations = try GenerationTable(main)
        meta = try MetaTable(main)
        list = TransactionList(main, transactions: transactions, transitions: transitions)
        summary = SummaryReader(main)
        consumers = try ConsumerTable(main)
        gatewayCalls = try GatewayCallReader(main)
        erasures = try ErasureReader(main)
        alerts = try AlertReader(main)
        activity = try ActivityReader(main, refused: refused)
    }
}
