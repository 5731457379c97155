package import Payments
import SQLite

/// One entry of the feed.
package struct TransitionRecord: Equatable, Sendable {
    /// Its place in the feed: 1, 2, 3, … without gaps.
    package let sequence: Int64
    package let partnerReferenceNo: String
    package let referenceNo: String?

    /// The status before, or nil for a transaction first heard of in a callback.
    package let from: TransactionStatus?
    package let to: TransactionStatus
    package let latestStatus: LatestTransactionStatus
    package let amount: Amount?
    package let source: TransitionSource
    package let externalID: String?
    package let callbackID: Int64?

    /// When the payment was made, in the gateway's words.
    package let paidAt: String?

    /// Milliseconds since the epoch.
    package let recordedMilliseconds: Int64

    /// Whose word it was, when the source is an operator.
    package var operatorName: String?
}

/// The writer's statement on `transitions`, the feed.
final class TransitionTable {
    private let insertion: Statement
    private let naming: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        insertion = try connection.prepare(
            """
            INSERT INTO transitions (sequence, transaction_id, partner_reference, reference,
                from_status, to_status, latest_status, amount, source, external_id, callback_id,
                paid_at, recorded_at, previous_sequence)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
        naming = try connection.prepare(
            "UPDATE transitions SET operator = ? WHERE sequence = ?"
        )
    }

    /// Notes whose word a transition was.
    func setOperator(_ name: String, of sequence: Int64) throws(SQLiteError) {
        try naming.run {
            $0.text(name)
            $0.integer(sequence)
        }
    }

    /// Appends a transition; its sequence number must be the next one.
    func insert(
        _ record: TransitionRecord,
        transactionID: Int64,
        previousSequence: Int64?
    ) throws(SQLiteError) {
        try insertion.run {
            $0.integer(record.sequence)
            $0.integer(transactionID)
            $0.text(record.partnerReferenceNo)
            $0.text(record.referenceNo)
            $0.integer(record.from.map { Int64($0.rawValue) })
            $0.integer(Int(record.to.rawValue))
            $0.integer(Int(record.latestStatus.rawValue))
            $0.integer(record.amount?.sen)
            $0.integer(Int(record.source.rawValue))
            $0.text(record.externalID)
            $0.integer(record.callbackID)
            $0.text(record.paidAt)
            $0.integer(record.recordedMilliseconds)
            $0.integer(previousSequence)
        }
    }

    /// The columns that ``read(_:)`` expects.
    static let columns = """
        sequence, partner_reference, reference, from_status, to_status, latest_status, amount,
        source, external_id, callback_id, paid_at, recorded_at, previous_sequence,
        operator
        """

    /// Reads a row of ``columns``.
    static func read(_ row: Row) -> TransitionRecord? {
        guard let to = TransactionStatus(rawValue: UInt8(clamping: row.integer(4))),
            let latest = LatestTransactionStatus(rawValue: UInt8(clamping: row.integer(5))),
            let source = TransitionSource(rawValue: UInt8(clamping: row.integer(7)))
        else { return nil }
        return TransitionRecord(
            sequence: row.integer(0),
            partnerReferenceNo: row.text(1),
            referenceNo: row.optionalText(2),
            from: row.optionalInteger(3).flatMap {
                TransactionStatus(rawValue: UInt8(clamping: $0))
            },
            to: to,
            latestStatus: latest,
            amount: row.optionalInteger(6).flatMap { Amount(sen: $0) },
            source: source,
            externalID: row.optionalText(8),
            callbackID: row.optionalInteger(9),
            paidAt: row.optionalText(10),
            recordedMilliseconds: row.integer(11),
            operatorName: row.optionalText(13)
        )
    }
}
