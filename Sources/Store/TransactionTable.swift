import Payments
import SQLite

/// A transaction with what the writer has to keep up beside its state.
struct StoredTransaction {
    var state: TransactionState
    var lastSequence: Int64
    var lastCallbackID: Int64?

    /// Where the part of the chain begins that is searched for signatures: the newest callback that
    /// is not crowded.
    var lastSearchedCallbackID: Int64?
    var callbackCount: Int64
}

/// The writer's statements on `transactions`.
final class TransactionTable {
    private let selection: Statement
    private let insertion: Statement
    private let advance: Statement
    private let callback: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        selection = try connection.prepare(
            """
            SELECT partner_reference, reference, status, applied, amount, is_proven, last_sequence,
                last_callback, last_searched_callback, callbacks
            FROM transactions WHERE id = ?
            """
        )
        insertion = try connection.prepare(
            """
            INSERT INTO transactions (id, partner_reference, reference, status, latest_status,
                applied, amount, paid_amount, origin, is_proven, roles_assumed, paid_at,
                created_at, updated_at, last_sequence, callbacks, last_callback,
                last_searched_callback)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
            """
        )
        advance = try connection.prepare(
            """
            UPDATE transactions SET reference = ?, status = ?, latest_status = ?, applied = ?,
                amount = coalesce(amount, ?), paid_amount = coalesce(?, paid_amount),
                paid_at = coalesce(?, paid_at), updated_at = ?, last_sequence = ?
            WHERE id = ?
            """
        )
        callback = try connection.prepare(
            """
            UPDATE transactions SET callbacks = callbacks + 1, last_callback = ?,
                last_searched_callback = coalesce(?, last_searched_callback)
            WHERE id = ?
            """
        )
    }

    /// The transaction of the given number, or nil when there is none.
    func transaction(_ id: Int64) throws(SQLiteError) -> StoredTransaction? {
        let found = try selection.first {
            $0.integer(id)
        } row: {
            Self.read($0, id: id)
        }
        return found ?? nil
    }

    private static func read(_ row: Row, id: Int64) -> StoredTransaction? {
        guard let partnerReference = Reference(row.text(0)),
            let status = TransactionStatus(rawValue: UInt8(clamping: row.integer(2)))
        else { return nil }
        let state = TransactionState(
            id: id,
            partnerReferenceNo: partnerReference,
            referenceNo: row.optionalText(1).flatMap { Reference($0) },
            status: status,
            applied: StatusCodeSet(rawValue: UInt8(clamping: row.integer(3))),
            expectedAmount: row.optionalInteger(4).flatMap { Amount(sen: $0) },
            isProven: row.integer(5) != 0
        )
        return StoredTransaction(
            state: state,
            lastSequence: row.integer(6),
            lastCallbackID: row.optionalInteger(7),
            lastSearchedCallbackID: row.optionalInteger(8),
            callbackCount: row.integer(9)
        )
    }

    /// Adds a transaction first heard of in a callback.
    func insert(
        _ transition: TransitionRecord,
        id: Int64,
        applied: StatusCodeSet,
        rolesAssumed: Bool
    ) throws(SQLiteError) {
        let isPaid = transition.to == .success
        try insertion.run {
            $0.integer(id)
            $0.text(transition.partnerReferenceNo)
            $0.text(transition.referenceNo)
            $0.integer(Int(transition.to.rawValue))
            $0.integer(Int(transition.latestStatus.rawValue))
            $0.integer(Int(applied.rawValue))
            $0.integer(transition.amount?.sen)
            $0.integer(isPaid ? transition.amount?.sen : nil)
            $0.integer(Int(TransactionOrigin.notify.rawValue))
            $0.integer(0)
            $0.integer(rolesAssumed ? 1 : 0)
            $0.text(isPaid ? transition.paidAt : nil)
            $0.integer(transition.recordedMilliseconds)
            $0.integer(transition.recordedMilliseconds)
            $0.integer(transition.sequence)
            $0.integer(transition.callbackID)
            $0.integer(transition.callbackID)
        }
    }

    /// Moves a transaction on as `transition` says.
    func advance(
        _ id: Int64,
        by transition: TransitionRecord,
        applied: StatusCodeSet
    ) throws(SQLiteError) {
        let isPaid = transition.to == .success
        try advance.run {
            $0.text(transition.referenceNo)
            $0.integer(Int(transition.to.rawValue))
            $0.integer(Int(transition.latestStatus.rawValue))
            $0.integer(Int(applied.rawValue))
            $0.integer(transition.amount?.sen)
            $0.integer(isPaid ? transition.amount?.sen : nil)
            $0.text(isPaid ? transition.paidAt : nil)
            $0.integer(transition.recordedMilliseconds)
            $0.integer(transition.sequence)
            $0.integer(id)
        }
    }

    /// Makes `callbackID` the newest of the transaction's callbacks.
    func link(callbackID: Int64, isCrowded: Bool, to id: Int64) throws(SQLiteError) {
        try callback.run {
            $0.integer(callbackID)
            $0.integer(isCrowded ? nil : callbackID)
            $0.integer(id)
        }
    }
}
