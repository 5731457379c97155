import Payments
import SQLite

/// The readers' statements on transactions.
struct TransactionReader {
    private let connection: Connection
    private let index: ReferenceIndex
    private let lookups: LookupFile
    private let transitions: TransitionReader
    private let attention: AttentionReader
    private let generations: GenerationTable
    private let questions: QuestionTable
    private let named: Statement
    private let numbered: Statement

    init(
        _ connection: Connection,
        index: ReferenceIndex,
        lookups: LookupFile,
        transitions: TransitionReader,
        attention: AttentionReader
    ) throws(SQLiteError) {
        self.connection = connection
        self.index = index
        self.lookups = lookups
        self.transitions = transitions
        self.attention = attention
        generations = try GenerationTable(connection)
        questions = try QuestionTable(connection)
        named = try connection.prepare(
            """
            SELECT \(Self.columns) FROM transactions WHERE id = ? AND (partner_reference = ?
                -- The feed has shown it under this name before its roles were put right.
                OR (roles_assumed = 2 AND reference = ?))
            """
        )
        numbered = try connection.prepare(
            "SELECT \(Self.columns) FROM transactions WHERE id = ?"
        )
    }

    private static let columns = """
        id, partner_reference, reference, status, latest_status, amount, paid_amount, origin,
        is_proven, roles_assumed, paid_at, created_at, updated_at, last_sequence, callbacks,
        last_query_at, last_query_code, last_query_status
        """

    /// The transaction of a merchant reference, or nil when there is none.
    func transaction(_ partnerReferenceNo: Reference) throws(SQLiteError) -> TransactionRecord? {
        for id in try ids(of: partnerReferenceNo) {
            if let record = try record(id, partnerReferenceNo) { return record }
        }
        return nil
    }

    /// The transactions that may have a reference, in either role. The index's keys are hashes, so
    /// what is found has to be compared.
    func ids(of reference: Reference) throws(SQLiteError) -> [Int64] {
        let entries = try index.entries(ReferenceIndex.key(reference), in: lookups)
        return entries.compactMap { entry in
            if case .transaction(let id) = entry { id } else { nil }
        }
    }

    private func record(
        _ id: Int64,
        _ reference: Reference
    ) throws(SQLiteError) -> TransactionRecord? {
        try connection.snapshot { () throws(SQLiteError) in
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

    /// The transaction of the given number without its transitions, or nil when there is none.
    func record(_ id: Int64) throws(SQLiteError) -> TransactionRecord? {
        let found = try numbered.first {
            $0.integer(id)
        } row: {
            Self.read($0)
        }
        return try completed(found ?? nil)
    }

    /// Adds what other tables say.
    private func completed(
        _ record: TransactionRecord?
    ) throws(SQLiteError) -> TransactionRecord? {
        guard var record else { return nil }
        record.attention = try attention.openKinds(transactionID: record.id)
        record.generation = try generations.generation(record.id)
        record.nextQueryMilliseconds =
            try questions.question(transactionID: record.id)?.nextMilliseconds
        return record
    }

    private static func read(_ row: Row) -> TransactionRecord? {
        guard let status = TransactionStatus(rawValue: UInt8(clamping: row.integer(3))),
            let origin = TransactionOrigin(rawValue: UInt8(clamping: row.integer(7)))
        else { return nil }
        return TransactionRecord(
            id: row.integer(0),
            partnerReferenceNo: row.text(1),
            referenceNo: row.optionalText(2),
            status: status,
            latestStatus: row.optionalInteger(4).flatMap {
                LatestTransactionStatus(rawValue: UInt8(clamping: $0))
            },
            amount: row.optionalInteger(5).flatMap { Amount(sen: $0) },
            paidAmount: row.optionalInteger(6).flatMap { Amount(sen: $0) },
            origin: origin,
            isProven: row.integer(8) != 0,
            rolesAssumed: row.integer(9) == Int64(TransactionState.Roles.assumed.rawValue),
            paidAt: row.optionalText(10),
            createdMilliseconds: row.integer(11),
            updatedMilliseconds: row.integer(12),
            lastSequence: row.integer(13),
            callbackCount: row.integer(14),
            lastQuery: row.optionalInteger(15).map { milliseconds in
                LastQuery(
                    milliseconds: milliseconds,
                    responseCode: row.text(16),
                    status: row.optionalInteger(17).flatMap {
                        LatestTransactionStatus(rawValue: UInt8(clamping: $0))
                    }
                )
            }
        )
    }
}
