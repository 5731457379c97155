import Ledger
import Payments
import SQLite

/// The statements on `payments`, with the generation that belongs to each.
final class PaymentTable {
    private let selection: Statement
    private let insertion: Statement
    private let update: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        selection = try connection.prepare(
            """
            SELECT id, \(Self.columns.joined(separator: ", ")), generations.state, fee_amount,
                validity_kind, validity_value, expires_at, started_at
            FROM payments LEFT JOIN generations ON generations.payment_id = payments.id
            WHERE id IN (SELECT value FROM json_each(?))
            """
        )
        let marks = Array(repeating: "?", count: Self.columns.count).joined(separator: ", ")
        insertion = try connection.prepare(
            """
            INSERT INTO payments (\(Self.columns.joined(separator: ", ")), id)
            VALUES (\(marks), ?)
            """
        )
        let assignments = Self.columns.map { "\($0) = ?" }.joined(separator: ", ")
        update = try connection.prepare("UPDATE payments SET \(assignments) WHERE id = ?")
    }

    private static let columns = [
        "partner_reference", "reference", "status", "latest_status", "written", "amount",
        "paid_amount", "refunded_amount", "paid_at", "paid_ms", "paid_external_id", "origin",
        "is_corroborated", "roles", "created_at", "updated_at", "last_sequence", "last_source",
        "revision", "merged_into", "last_query_at", "last_query_code", "last_query_status",
        "unpaid_answers",
    ]

    /// Adds a payment.
    func insert(_ payment: Payment) throws(SQLiteError) {
        try insertion.run { $0.payment(payment) }
    }

    /// Writes a payment as it is now.
    func update(_ payment: Payment) throws(SQLiteError) {
        try update.run { $0.payment(payment) }
    }

    /// The payments of these numbers, each with its generation.
    func payments(
        _ ids: some Sequence<Int64>
    ) throws(SQLiteError) -> [(payment: Payment, generation: Generation?)] {
        try selection.all {
            $0.list(ids)
        } row: {
            Self.read($0)
        }.compactMap(\.self)
    }

    private static func read(_ row: Row) -> (payment: Payment, generation: Generation?)? {
        guard let partnerReference = Reference(row.text(1)) else { return nil }
        var payment = Payment(
            id: row.integer(0),
            partnerReferenceNo: partnerReference,
            referenceNo: row.optionalText(2).flatMap { Reference($0) },
            status: row.status(3),
            origin: TransactionOrigin(rawValue: UInt8(clamping: row.integer(12))) ?? .notify,
            atMilliseconds: row.integer(15)
        )
        payment.latestStatus = row.latestStatus(4)
        payment.written = WrittenFact.list(row.blob(5))
        payment.expectedAmount = row.amount(6)
        payment.paidAmount = row.amount(7)
        payment.refundedAmount = row.amount(8)
        payment.paid = SuccessMarks(
            time: row.gatewayTime(from: 9),
            originalExternalID: row.optionalText(11)
        )
        payment.isCorroborated = row.integer(13) != 0
        payment.roles = Payment.Roles(rawValue: UInt8(clamping: row.integer(14))) ?? .known
        payment.updatedMilliseconds = row.integer(16)
        payment.lastSequence = row.integer(17)
        payment.lastSource = row.source(18)
        payment.revision = row.integer(19)
        payment.mergedInto = row.optionalInteger(20)
        payment.lastQuery = row.optionalInteger(21).map { milliseconds in
            QueryNote(
                milliseconds: milliseconds,
                responseCode: row.text(22),
                status: row.latestStatus(23)
            )
        }
        payment.unpaidAnswers = Int(clamping: row.integer(24))
        return (payment, generation(row))
    }

    private static func generation(_ row: Row) -> Generation? {
        guard let number = row.optionalInteger(25),
            let state = GenerationState(rawValue: UInt8(clamping: number)),
            let fee = row.amount(26)
        else { return nil }
        return Generation(
            state: state,
            feeAmount: fee,
            validity: Validity(kind: row.integer(27), value: row.integer(28)),
            expiresMilliseconds: row.integer(29),
            startedMilliseconds: row.integer(30)
        )
    }
}

extension Binder {
    /// Every column of a payment, its number last.
    fileprivate mutating func payment(_ payment: Payment) {
        text(payment.partnerReferenceNo.text)
        text(payment.referenceNo?.text)
        integer(payment.status.map { Int64($0.rawValue) })
        integer(payment.latestStatus.map { Int64($0.rawValue) })
        blob(WrittenFact.bytes(payment.written))
        integer(payment.expectedAmount?.sen)
        integer(payment.paidAmount?.sen)
        integer(payment.refundedAmount?.sen)
        time(payment.paid.time)
        text(payment.paid.originalExternalID)
        integer(Int(payment.origin.rawValue))
        integer(payment.isCorroborated ? 1 : 0)
        integer(Int(payment.roles.rawValue))
        integer(payment.createdMilliseconds)
        integer(payment.updatedMilliseconds)
        integer(payment.lastSequence)
        integer(payment.lastSource.map { Int64($0.rawValue) })
        integer(payment.revision)
        integer(payment.mergedInto)
        integer(payment.lastQuery?.milliseconds)
        text(payment.lastQuery?.responseCode)
        integer(payment.lastQuery?.status.map { Int64($0.rawValue) })
        integer(payment.unpaidAnswers)
        integer(payment.id)
    }
}

extension WrittenFact {
    /// The bytes of one fact: the status, with the highest bit set where there is no amount, and
    /// the amount in sen, its highest byte first.
    private static let size = 9
    private static let noAmount: UInt8 = 0x80

    static func bytes(_ facts: [WrittenFact]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(facts.count * size)
        for fact in facts {
            bytes.append(fact.status.rawValue | (fact.amount == nil ? noAmount : 0))
            let sen = fact.amount?.sen ?? 0
            for shift in stride(from: 56, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: sen >> Int64(shift)))
            }
        }
        return bytes
    }

    static func list(_ bytes: [UInt8]) -> [WrittenFact] {
        stride(from: 0, to: bytes.count - size + 1, by: size).compactMap { start in
            let first = bytes[start]
            guard let status = LatestTransactionStatus(rawValue: first & ~noAmount) else {
                return nil
            }
            let sen = bytes[(start + 1)..<(start + size)].reduce(Int64(0)) { $0 << 8 | Int64($1) }
            let amount = first & noAmount == 0 ? Amount(sen: sen) : nil
            return WrittenFact(status: status, amount: amount)
        }
    }
}
