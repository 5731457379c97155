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

    /// Grows with everything that is committed about it.
    var revision: Int64

    /// When its status changed last, in milliseconds since the epoch.
    var updatedMilliseconds: Int64
}

/// A transaction as it is first written.
struct NewTransaction {
    let id: Int64
    let partnerReferenceNo: Reference
    var referenceNo: Reference?
    let status: TransactionStatus
    var latestStatus: LatestTransactionStatus?
    var applied: StatusCodeSet = []
    var amount: Amount?
    var paidAmount: Amount?
    let origin: TransactionOrigin
    var isProven = false
    var rolesAssumed = false
    var paidAt: String?

    /// Milliseconds since the epoch.
    let atMilliseconds: Int64

    /// Of its first transition; 0 while it has none.
    var sequence: Int64 = 0
    var callbackID: Int64?
}

/// The writer's statements on `transactions`.
final class TransactionTable {
    private let selection: Statement
    private let insertion: Statement
    private let advance: Statement
    private let callback: Statement
    private let learning: Statement
    private let renewal: Statement
    private let query: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        selection = try connection.prepare(
            """
            SELECT partner_reference, reference, status, applied, amount, is_proven, last_sequence,
                last_callback, last_searched_callback, callbacks, origin, roles_assumed, revision,
                updated_at
            FROM transactions WHERE id = ?
            """
        )
        insertion = try connection.prepare(
            """
            INSERT INTO transactions (id, partner_reference, reference, status, latest_status,
                applied, amount, paid_amount, origin, is_proven, roles_assumed, paid_at,
                created_at, updated_at, last_sequence, callbacks, last_callback,
                last_searched_callback)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
        advance = try connection.prepare(
            """
            UPDATE transactions SET status = ?, latest_status = ?, applied = ?,
                amount = coalesce(amount, ?), paid_amount = coalesce(?, paid_amount),
                paid_at = coalesce(?, paid_at), updated_at = ?, last_sequence = ?,
                revision = revision + 1
            WHERE id = ?
            """
        )
        callback = try connection.prepare(
            """
            UPDATE transactions SET callbacks = callbacks + 1, last_callback = ?,
                last_searched_callback = coalesce(?, last_searched_callback),
                revision = revision + 1
            WHERE id = ?
            """
        )
        learning = try connection.prepare(
            """
            UPDATE transactions SET partner_reference = ?, reference = ?, is_proven = ?,
                roles_assumed = ?, revision = revision + 1
            WHERE id = ?
            """
        )
        renewal = try connection.prepare(
            """
            UPDATE transactions SET amount = ?, updated_at = ?, revision = revision + 1
            WHERE id = ?
            """
        )
        query = try connection.prepare(
            """
            UPDATE transactions SET last_query_at = ?, last_query_code = ?, last_query_status = ?
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
        var state = TransactionState(
            id: id,
            partnerReferenceNo: partnerReference,
            referenceNo: row.optionalText(1).flatMap { Reference($0) },
            status: status,
            applied: StatusCodeSet(rawValue: UInt8(clamping: row.integer(3))),
            expectedAmount: row.optionalInteger(4).flatMap { Amount(sen: $0) },
            isProven: row.integer(5) != 0
        )
        state.origin = TransactionOrigin(rawValue: UInt8(clamping: row.integer(10))) ?? .notify
        state.roles = TransactionState.Roles(rawValue: UInt8(clamping: row.integer(11))) ?? .known
        return StoredTransaction(
            state: state,
            lastSequence: row.integer(6),
            lastCallbackID: row.optionalInteger(7),
            lastSearchedCallbackID: row.optionalInteger(8),
            callbackCount: row.integer(9),
            revision: row.integer(12),
            updatedMilliseconds: row.integer(13)
        )
    }

    /// Adds a transaction.
    func insert(_ new: NewTransaction) throws(SQLiteError) {
        try insertion.run {
            $0.integer(new.id)
            $0.text(new.partnerReferenceNo.text)
            $0.text(new.referenceNo?.text)
            $0.integer(Int(new.status.rawValue))
            $0.integer(new.latestStatus.map { Int64($0.rawValue) })
            $0.integer(Int(new.applied.rawValue))
            $0.integer(new.amount?.sen)
            $0.integer(new.paidAmount?.sen)
            $0.integer(Int(new.origin.rawValue))
            $0.integer(new.isProven ? 1 : 0)
            $0.integer(new.rolesAssumed ? 1 : 0)
            $0.text(new.paidAt)
            $0.integer(new.atMilliseconds)
            $0.integer(new.atMilliseconds)
            $0.integer(new.sequence)
            $0.integer(new.callbackID == nil ? 0 : 1)
            $0.integer(new.callbackID)
            $0.integer(new.callbackID)
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

    /// Writes the references of a transaction after they were learnt or put right.
    func setReferences(_ state: TransactionState) throws(SQLiteError) {
        try learning.run {
            $0.text(state.partnerReferenceNo.text)
            $0.text(state.referenceNo?.text)
            $0.integer(state.isProven ? 1 : 0)
            $0.integer(Int(state.roles.rawValue))
            $0.integer(state.id)
        }
    }

    /// Begins a transaction anew that was never accepted, with another amount.
    func renew(_ id: Int64, amount: Amount, atMilliseconds now: Int64) throws(SQLiteError) {
        try renewal.run {
            $0.integer(amount.sen)
            $0.integer(now)
            $0.integer(id)
        }
    }

    /// Notes the newest answer to a query about a transaction.
    func noteQuery(
        _ id: Int64,
        code: String,
        status: LatestTransactionStatus?,
        atMilliseconds now: Int64
    ) throws(SQLiteError) {
        try query.run {
            $0.integer(now)
            $0.text(code)
            $0.integer(status.map { Int64($0.rawValue) })
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
