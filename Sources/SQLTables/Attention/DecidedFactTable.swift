package import Ledger
package import Store

/// The writer's statements on `decided_facts`; inside a write only.
///
/// A row holds a fact without a transition that an operator accepted or dismissed, or that a query
/// answered. Rows are never changed except for their payment.
package final class DecidedFactTable {
    /// Adds a decision; later ones about the same fact come after it in the order of the IDs.
    private let insertion: any SQLStatement

    /// Assigns the decisions of one payment to another, by `decided_facts_of_payment`.
    private let moving: any SQLStatement

    /// The decisions about payments, by `decided_facts_of_payment`.
    private let ofPayments: any SQLStatement

    /// The decisions that belong to no payment, by the null key of the same index.
    private let ofNone: any SQLStatement

    package init(_ connection: any SQLDatabase) throws(StoreError) {
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
        let selection = "\(Self.selection) WHERE payment_id"
        ofPayments = try connection.prepare(
            "\(selection) IN (\(connection.dialect.integers)) ORDER BY id"
        )
        ofNone = try connection.prepare("\(selection) IS NULL ORDER BY id")
    }

    /// Adds a decision about a fact or a cause.
    package func insert(_ fact: DecidedFact) throws(StoreError) {
        try insertion.run {
            $0.integer(fact.paymentID)
            $0.integer(Int(fact.decision.rawValue))
            $0.text(fact.cause)
            $0.fact(fact.fact)
            $0.integer(fact.entryID)
        }
    }

    /// Assigns the decisions of one payment to another, which it was merged into.
    package func move(from old: Int64, to new: Int64) throws(StoreError) {
        try moving.run {
            $0.integer(new)
            $0.integer(old)
        }
    }

    /// The decisions about facts of these payments, oldest first.
    package func facts(of paymentIDs: some Sequence<Int64>) throws(StoreError) -> [DecidedFact] {
        try ofPayments.all {
            $0.list(paymentIDs)
        } row: {
            Self.read($0)
        }.compactMap(\.self)
    }

    /// The decisions about causes that belong to no payment, oldest first.
    package func looseFacts() throws(StoreError) -> [DecidedFact] {
        try ofNone.all { _ in
        } row: {
            Self.read($0)
        }.compactMap(\.self)
    }

    /// Decisions, in the order that ``read(_:)`` expects.
    package static let selection = """
        SELECT payment_id, decision, cause, original_partner_reference, original_reference, status,
            amount, entry_id
        FROM decided_facts
        """

    /// Reads a row of ``selection``; nil when the decision is unknown.
    package static func read(_ row: any SQLRow) -> DecidedFact? {
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
