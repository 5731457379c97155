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
    private let selection: Statement

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
        selection = try connection.prepare(
            """
            SELECT id, partner_reference, reference, status, latest_status, amount, paid_amount,
                origin, is_proven, roles_assumed, paid_at, created_at, updated_at, last_sequence,
                callbacks, last_query_at, last_query_code, last_query_status
            FROM transactions WHERE id = ? AND (partner_reference = ?
                -- The feed has shown it under this name before its roles were put right.
                OR (roles_assumed = 2 AND reference = ?))
            """
        )
    }

    /// The transaction of a merchant reference, or nil when there is none.
    func transaction(_ partnerReferenceNo: Reference) throws(SQLiteError) -> TransactionRecord? {
        let entries = try index.entries(ReferenceIndex.key(partnerReferenceNo), in: lookups)
        for case .transaction(let id) in entries {
            if let record = try record(id, partnerReferenceNo) { return record }
        }
        return nil
    }

    private func record(
        _ id: Int64,
        _ reference: Reference
    ) throws(SQLiteError) -> TransactionRecord? {
        try connection.snapshot { () throws(SQLiteError) in
            let found = try selection.first {
                $0.integer(id)
                $0.text(reference.text)
                $0.text(reference.text)
            } row: {
                Self.read($0)
            }
            guard var record = found ?? nil else { return nil }
            record.attention = try attention.openKinds(transactionID: id)
            record.generation = try generations.generation(id)
            record.nextQueryMilliseconds =
                try questions.question(transactionID: id)?.nextMilliseconds
            record.transitions = try transitions.chain(endingWith: record.lastSequence)
            return record
        }
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
