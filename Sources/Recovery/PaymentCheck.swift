import Ledger
import Payments
import SQLTables

/// Compares the status and the amounts of every payment with its transitions, in any database.
struct PaymentCheck {
    /// One statement reads both tables, sorted by payment; databases sort the transitions in
    /// temporary files. The payment is the row 0 of its group; sequence numbers start at 1.
    static let selection = """
        SELECT id, 0, status, last_sequence, paid_amount, refunded_amount, partner_reference
        FROM payments
        UNION ALL
        SELECT payment_id, sequence, from_status, to_status, amount, previous_sequence, NULL
        FROM transitions
        ORDER BY 1, 2
        """

    /// The sequence number of the first transition.
    private let oldest: Int64
    private var current: Comparison?
    private var problems: [String] = []

    /// The number of transitions that were compared.
    private(set) var transitionCount: Int64 = 0

    init(oldest: Int64) { self.oldest = oldest }

    /// Adds a row of ``selection``, in its order.
    mutating func add(_ row: any SQLRow) {
        let (id, sequence) = (row.integer(0), row.integer(1))
        if sequence == 0 {
            finishCurrent()
            current = Comparison(id: id, row, oldest: oldest)
            return
        }
        transitionCount += 1
        guard current?.id == id else {
            return problems.append("transition \(sequence) references a missing payment")
        }
        if let problem = current?.add(row) { problems.append(problem) }
    }

    /// The differences, after the last row.
    mutating func finish() -> [String] {
        finishCurrent()
        return problems
    }

    private mutating func finishCurrent() {
        problems += current?.problems ?? []
        current = nil
    }
}

/// One payment, and its transitions so far.
private struct Comparison {
    let id: Int64
    private let reference: String
    private var stored = FeedState()
    private var fold: TransitionFold

    init(id: Int64, _ row: any SQLRow, oldest: Int64) {
        self.id = id
        reference = row.text(6)
        stored.status = row.status(2)
        stored.lastSequence = row.integer(3)
        stored.paidAmount = row.amount(4)
        stored.refundedAmount = row.amount(5)
        fold = TransitionFold(oldest: oldest)
    }

    /// Adds the next transition of the payment; returns what is wrong with it alone.
    mutating func add(_ row: any SQLRow) -> String? {
        guard let status = row.status(3) else {
            return "transition \(row.integer(1)) has no valid status"
        }
        fold.add(
            TransitionFold.Step(
                row.integer(1),
                from: row.status(2),
                to: status,
                amount: row.amount(4),
                previousSequence: row.optionalInteger(5)
            )
        )
        return nil
    }

    /// The differences between the payment and its transitions.
    var problems: [String] { fold.problems(of: stored).map { "payment \(reference): \($0)" } }
}
