import Ledger
import Payments
import SQLTables
import Store

/// The readers' statements on transactions.
///
/// One property for each statement, and for each reader of another table that takes part.
struct TransactionReader {
    private let connection: any SQLDatabase

    /// Finds candidates by reference.
    private let payments: any PaymentSearch
    private let transitions: TransitionReader
    private let attention: AttentionReader

    /// The generation of a payment, by primary key.
    private let generation: any SQLStatement

    /// When the next query about a payment is due, by primary key; milliseconds since the epoch.
    private let inquiry: any SQLStatement

    /// The number of callbacks of a payment and of the payments merged into it: see
    /// ``callbackCountSQL``.
    private let callbackCount: any SQLStatement

    /// A payment by primary key, if it is a transaction with this partnerReferenceNo.
    ///
    /// Where a query has corrected the roles (2), the gateway's reference is accepted as well,
    /// because earlier transitions in the feed show it as partnerReferenceNo.
    private let named: any SQLStatement

    /// A payment by primary key, if it is a transaction.
    private let numbered: any SQLStatement

    init(
        _ connection: any SQLDatabase,
        payments: any PaymentSearch,
        transitions: TransitionReader,
        attention: AttentionReader
    ) throws(StoreError) {
        self.connection = connection
        self.payments = payments
        self.transitions = transitions
        self.attention = attention
        generation = try connection.prepare(
            """
            SELECT state, fee_amount, validity_kind, validity_value, validity_period, expires_at,
                qr_content, warnings, last_error, started_at
            FROM generations WHERE payment_id = ?
            """
        )
        inquiry = try connection.prepare("SELECT next_at FROM inquiries WHERE payment_id = ?")
        callbackCount = try connection.prepare(Self.callbackCountSQL)
        named = try connection.prepare(
            """
            SELECT \(Self.columns) FROM payments
            WHERE id = ? AND status IS NOT NULL AND (partner_reference = ?
                -- The feed has shown it under this name before its roles were corrected.
                OR (roles = 2 AND reference = ?))
            """
        )
        numbered = try connection.prepare(
            "SELECT \(Self.columns) FROM payments WHERE id = ? AND status IS NOT NULL"
        )
    }

    /// Counts the callbacks in `callbacks_of_payment`, and finds the merged payments by
    /// `payments_merged`.
    static let callbackCountSQL = """
        SELECT count(*) FROM callbacks
        WHERE payment_id IN (
            SELECT CAST(?1 AS BIGINT) UNION SELECT id FROM payments WHERE merged_into = ?1
        )
        """

    /// The columns that ``read(_:)`` expects.
    private static let columns = """
        id, partner_reference, reference, status, latest_status, amount, paid_amount,
        refunded_amount, origin, is_corroborated, roles, paid_at, paid_ms, created_at, updated_at,
        last_sequence, last_query_at, last_query_code, last_query_status
        """

    /// The transaction with this partnerReferenceNo, with its transitions; nil when there is none.
    ///
    /// The candidates are compared in the order of their IDs, each in a snapshot of its own.
    func transaction(_ partnerReferenceNo: Reference) throws(StoreError) -> TransactionRecord? {
        for id in try ids(of: partnerReferenceNo) {
            if let record = try record(id, partnerReferenceNo) { return record }
        }
        return nil
    }

    /// Candidates: the transactions that may have a reference, in either role. The keys of the
    /// index are hashes, so a caller must compare the references.
    func ids(of reference: Reference) throws(StoreError) -> [Int64] {
        try payments.payments([reference]).sorted()
    }

    /// The transactions that have one of these references, in either role, without their
    /// transitions; each in a snapshot of its own.
    func transactions(
        withReferences references: [Reference]
    ) throws(StoreError) -> [TransactionRecord] {
        let wanted = Set(references.map(\.text))
        var found: [TransactionRecord] = []
        for id in try payments.payments(references) {
            let candidate = try connection.snapshot {
                () throws(StoreError) -> TransactionRecord? in
                try record(id)
            }
            guard let record = candidate,
                wanted.contains(record.partnerReferenceNo)
                    || record.referenceNo.map(wanted.contains) == true
            else { continue }
            found.append(record)
        }
        return found
    }

    /// A candidate, if it has this partnerReferenceNo; in one snapshot, so that its transitions
    /// match its status.
    private func record(
        _ id: Int64,
        _ reference: Reference
    ) throws(StoreError) -> TransactionRecord? {
        try connection.snapshot { () throws(StoreError) in
            let found = try named.first {
                $0.integer(id)
                $0.text(reference.text)
                $0.text(reference.text)
            } row: {
                Self.read($0)
            }
            guard var record = try completed(found ?? nil) else { return nil }
            record.transitions = try transitions.chain(endingWith: record.lastSequence)
            return record
        }
    }

    /// The transaction with this ID, without its transitions; nil when there is none. The caller
    /// opens a snapshot if it reads several.
    func record(_ id: Int64) throws(StoreError) -> TransactionRecord? {
        let found = try numbered.first {
            $0.integer(id)
        } row: {
            Self.read($0)
        }
        return try completed(found ?? nil)
    }

    /// Adds the values of other tables: open entries, generation, next query, number of callbacks;
    /// one statement for each.
    private func completed(
        _ record: TransactionRecord?
    ) throws(StoreError) -> TransactionRecord? {
        guard var record else { return nil }
        let id = record.id
        record.attention = try attention.openKinds(of: id)
        let generation = try generation.first {
            $0.integer(id)
        } row: {
            Self.generation($0)
        }
        record.generation = generation ?? nil
        record.nextQueryMilliseconds = try inquiry.first {
            $0.integer(id)
        } row: {
            $0.integer(0)
        }
        record.callbackCount =
            try callbackCount.first {
                $0.integer(id)
            } row: {
                $0.integer(0)
            } ?? 0
        return record
    }

    /// Reads a row of ``generation``; nil when a stored number is unknown.
    private static func generation(_ row: any SQLRow) -> GenerationRecord? {
        guard let state = GenerationState(rawValue: UInt8(clamping: row.integer(0))),
            let fee = row.amount(1)
        else { return nil }
        return GenerationRecord(
            state: state,
            feeAmount: fee,
            validity: Validity(kind: row.integer(2), value: row.integer(3)),
            validityPeriod: row.text(4),
            expiresMilliseconds: row.integer(5),
            qrContent: row.optionalText(6),
            warnings: row.text(7).split(separator: "\n").map { String($0) },
            lastError: row.optionalText(8),
            startedMilliseconds: row.integer(9)
        )
    }

    /// Reads a row of ``columns``; nil when a stored number is unknown.
    private static func read(_ row: any SQLRow) -> TransactionRecord? {
        guard let status = row.status(3),
            let origin = TransactionOrigin(rawValue: UInt8(clamping: row.integer(8)))
        else { return nil }
        return TransactionRecord(
            id: row.integer(0),
            partnerReferenceNo: row.text(1),
            referenceNo: row.optionalText(2),
            status: status,
            latestStatus: row.latestStatus(4),
            amount: row.amount(5),
            paidAmount: row.amount(6),
            refundedAmount: row.amount(7),
            origin: origin,
            isCorroborated: row.integer(9) != 0,
            rolesAssumed: row.integer(10) == Int64(Payment.Roles.assumed.rawValue),
            paidAt: row.gatewayTime(from: 11),
            createdMilliseconds: row.integer(13),
            updatedMilliseconds: row.integer(14),
            lastSequence: row.integer(15),
            lastQuery: row.optionalInteger(16).map { milliseconds in
                LastQuery(
                    milliseconds: milliseconds,
                    responseCode: row.text(17),
                    status: row.latestStatus(18)
                )
            }
        )
    }
}
