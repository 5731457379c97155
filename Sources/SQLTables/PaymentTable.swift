import Ledger
package import Payments
package import Store

/// The statements on `payments`, each with its generation; a restore reads with them as well.
package final class PaymentTable {
    /// Payments with their generations, both by primary key.
    private let selection: any SQLStatement

    /// Adds a payment; the ledger assigns the ID. Only `payments_open` gets an entry, and only for
    /// an open payment: references, times and other statuses have no index.
    private let insertion: any SQLStatement

    /// Replaces all columns of a payment, by primary key. `payments_open` changes when the status
    /// enters or leaves created and pending.
    private let update: any SQLStatement

    package init(_ connection: any SQLDatabase) throws(StoreError) {
        selection = try connection.prepare(
            """
            \(Self.selection) WHERE id IN (\(connection.dialect.integers))
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

    /// Payments with their generations, in the order that ``read(_:)`` expects.
    package static let selection = """
        SELECT id, \(columns.joined(separator: ", ")), generations.state, fee_amount, validity_kind,
            validity_value, expires_at, started_at
        FROM payments LEFT JOIN generations ON generations.payment_id = payments.id
        """

    /// The columns but the ID, in the order in which they are bound.
    private static let columns = [
        "partner_reference", "reference", "status", "latest_status", "written", "amount",
        "paid_amount", "refunded_amount", "paid_at", "paid_ms", "paid_external_id", "origin",
        "is_corroborated", "roles", "created_at", "updated_at", "last_sequence", "last_source",
        "revision", "merged_into", "last_query_at", "last_query_code", "last_query_status",
        "unpaid_answers",
    ]

    /// Adds a payment; inside a write only.
    package func insert(_ payment: Payment) throws(StoreError) {
        try insertion.run { $0.payment(payment) }
    }

    /// Writes the present state of a payment, with its `revision`; inside a write only.
    package func update(_ payment: Payment) throws(StoreError) {
        try update.run { $0.payment(payment) }
    }

    /// The payments with these IDs, each with its generation, in no particular order; missing IDs
    /// are left out.
    package func payments(
        _ ids: some Sequence<Int64>
    ) throws(StoreError) -> [(payment: Payment, generation: Generation?)] {
        try selection.all {
            $0.list(ids)
        } row: {
            Self.read($0)
        }.compactMap(\.self)
    }

    /// Reads a payment and its generation; nil when the partnerReferenceNo is malformed.
    ///
    /// A null status means an unconfirmed payment. An unknown origin counts as a callback's,
    /// unknown roles as known ones.
    package static func read(_ row: any SQLRow) -> (payment: Payment, generation: Generation?)? {
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
            LastQuery(
                milliseconds: milliseconds,
                responseCode: row.text(22),
                status: row.latestStatus(23)
            )
        }
        payment.unpaidReports = Int(clamping: row.integer(24))
        return (payment, generation(row))
    }

    /// Reads the joined columns of the generation; nil when there is none.
    private static func generation(_ row: any SQLRow) -> Generation? {
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

extension SQLBinder {
    /// Binds the columns of a payment, its ID last; insertion and update take the same order.
    fileprivate func payment(_ payment: Payment) {
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
        integer(payment.unpaidReports)
        integer(payment.id)
    }
}

/// The column `written`: the facts that transitions wrote, in one blob of 9 bytes each. A decision
/// needs all of them, so one column costs less than a table.
extension WrittenFact {
    /// Bytes of one fact: one for the status, with the highest bit set when there is no amount, and
    /// eight for the amount in sen, most significant byte first.
    private static let size = 9

    /// The bit that says that a fact has no amount.
    private static let noAmount: UInt8 = 0x80

    /// The blob of a list of facts.
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

    /// The facts of a blob; unknown statuses are left out.
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

extension Payment {
    /// Its references: one or two.
    package var references: [Reference] {
        referenceNo.map { [partnerReferenceNo, $0] } ?? [partnerReferenceNo]
    }
}
