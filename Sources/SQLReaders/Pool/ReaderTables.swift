import SQLTables
import Store

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

    init(_ database: ReaderDatabase) throws(StoreError) {
        let (main, payments, refused) = (database.main, database.payments, database.refused)
        attention = try AttentionReader(main)
        transitions = try TransitionReader(main)
        transactions = try TransactionReader(
            main,
            payments: payments,
            transitions: transitions,
            attention: attention
        )
        callbacks = try CallbackReader(main, refused: refused, payments: payments)
        inquiries = try InquiryReader(main, search: payments)
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
