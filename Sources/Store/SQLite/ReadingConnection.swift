import Queues
import SQLite

/// A connection that only reads, on a thread of its own: a long read holds up nothing else.
actor ReadingConnection {
    private let executor = QueueExecutor(blockingLabel: "store.reader")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let files: StoreFiles
    private let index: ReferenceIndex
    private var opened: ReaderTables?

    init(files: StoreFiles, index: ReferenceIndex) {
        self.files = files
        self.index = index
    }

    /// Runs `body`, after opening the files if they are not open.
    func read<Result: Sendable>(
        _ body: @Sendable (ReaderTables) throws(SQLiteError) -> Result
    ) throws(StoreError) -> Result {
        try StoreError.mapped { () throws(SQLiteError) in try body(try tables()) }
    }

    /// Lets go of the files; the next read opens them again.
    func close() { opened = nil }

    private func tables() throws(SQLiteError) -> ReaderTables {
        if let opened { return opened }
        let tables = try ReaderTables(files, index: index)
        opened = tables
        return tables
    }
}

/// The statements of one reading connection.
///
/// One for each table or list that is read.
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

    init(_ files: StoreFiles, index: ReferenceIndex) throws(SQLiteError) {
        let main = try Connection(path: files.main, mode: .readOnly)
        let lookups = try LookupFile(existing: files.lookup, mode: .readOnly)
        let refused = try Connection(path: files.refused, mode: .readOnly)
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
