import Queues
import SQLite
import SQLiteFiles
import Store

/// A connection that only reads, on a thread of its own: a long read holds up nothing else.
actor ReadingConnection {
    private let executor = QueueExecutor(blockingLabel: "store.reader")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let readable: ReadableFiles
    private var opened: ReaderTables?
    private var isClosed = false

    init(_ readable: ReadableFiles) { self.readable = readable }

    /// Runs `body`, after opening the files if they are not open.
    func read<Result: Sendable>(
        _ body: @Sendable (ReaderTables) throws(SQLiteError) -> Result
    ) throws(StoreError) -> Result {
        if isClosed { throw .closed }
        return try StoreError.mapped { () throws(SQLiteError) in try body(try tables()) }
    }

    /// Lets go of the files for good: what is to be read from now on fails.
    func close() {
        isClosed = true
        opened = nil
    }

    /// Lets go of the files; the next read opens them again. Called from a thread that can wait for
    /// a read to end.
    nonisolated func letGo() {
        executor.runAndWait { assumeIsolated { $0.opened = nil } }
    }

    private func tables() throws(SQLiteError) -> ReaderTables {
        if let opened { return opened }
        let tables = try ReaderTables(readable)
        opened = tables
        return tables
    }
}

/// What readers open: the database, and the files beside it that they can do without.
struct ReadableFiles: Sendable {
    let database: DatabaseLock
    let lookupFile: SideFile
    let index: ReferenceIndex
    let rejectedRequests: RejectedRequestStore
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
    let consumers: ConsumerTable
    let gatewayCalls: GatewayCallReader
    let erasures: ErasureReader

    init(_ readable: ReadableFiles) throws(SQLiteError) {
        let (database, index) = (readable.database, readable.index)
        let main = try Connection(path: database.path, mode: .readOnly)
        // What another file in its place holds is none of ours.
        guard database.isInPlace else { throw MainDatabase.displacement(of: database) }
        let lookups = ReaderLookups(main, readable.lookupFile, index)
        let refused = ReaderRefusals(readable.rejectedRequests)
        attention = try AttentionReader(main)
        transitions = try TransitionReader(main)
        transactions = try TransactionReader(
            main,
            index: index,
            lookups: lookups,
            transitions: transitions,
            attention: attention
        )
        callbacks = try CallbackReader(main, refused: refused, index: index, lookups: lookups)
        inquiries = try InquiryReader(main, index: index, lookups: lookups)
        generations = try GenerationTable(main)
        meta = try MetaTable(main)
        list = TransactionList(main, transactions: transactions, transitions: transitions)
        consumers = try ConsumerTable(main)
        gatewayCalls = try GatewayCallReader(main)
        erasures = try ErasureReader(main)
    }
}
