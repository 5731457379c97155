import Ledger
import SQLite

/// The writer's statements on `decided_facts`.
final class DecidedFactTable {
    private let insertion: Statement
    private let moving: Statement
    private let ofPayments: Statement
    private let ofNone: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        insertion = try connection.prepare(
            """
            INSERT INTO decided_facts (payment_id, decision, cause, original_partner_reference,
                original_reference, status, amount, entry_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """
        )
        moving = try connection.prepare(
            "UPDATE decided_facts SET payment_id = ? WHERE payment_id = ?"
        )
        let selection = """
            SELECT payment_id, decision, cause, original_partner_reference, original_reference,
                status, amount, entry_id
            FROM decided_facts WHERE payment_id
            """
        ofPayments = try connection.prepare(
            "\(selection) IN (SELECT value FROM json_each(?)) ORDER BY id"
        )
        ofNone = try connection.prepare("\(selection) IS NULL ORDER BY id")
    }

    /// Adds what was decided about a fact.
    func insert(_ fact: DecidedFact) throws(SQLiteError) {
        try insertion.run {
            $0.integer(fact.paymentID)
            $0.integer(Int(fact.decision.rawValue))
            $0.text(fact.cause)
            $0.fact(fact.fact)
            $0.integer(fact.entryID)
        }
    }

    /// Hands the decided facts of one payment to another.
    func move(from old: Int64, to new: Int64) throws(SQLiteError) {
        try moving.run {
            $0.integer(new)
            $0.integer(old)
        }
    }

    /// What was decided about facts of these payments.
    func facts(of paymentIDs: some Sequence<Int64>) throws(SQLiteError) -> [DecidedFact] {
        try ofPayments.all {
            $0.list(paymentIDs)
        } row: {
            Self.read($0)
        }.compactMap(\.self)
    }

    /// What was decided about causes that belong to no payment.
    func looseFacts() throws(SQLiteError) -> [DecidedFact] {
        try ofNone.all { _ in
        } row: {
            Self.read($0)
        }.compactMap(\.self)
    }

    private static func read(_ row: Row) -> DecidedFact? {
        DecidedFact.Decision(rawValue: UInt8(clamping: row.integer(1))).map { decision in
            DecidedFact(
                paymentID: row.optionalInteger(0),
                decision: decision,
                fact: row.fact(from: 3),
                cause: row.text(2),
                entryID: row.optionalInteger(7)
            )
        }
    }
}
