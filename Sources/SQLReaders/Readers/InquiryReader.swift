import Ledger
import Payments
import SQLTables
import Store

/// The readers' statements on the schedule of queries.
struct InquiryReader {
    private let connection: any SQLDatabase
    private let search: any PaymentSearch
    private let payments: PaymentTable

    /// Payments with a due query, in the order of `inquiries_due`.
    ///
    /// Stops after `?2` rows. When fewer are due, it reads the whole index, because a row may be
    /// due by the second condition of ``isDue``; the schedule has one row for each payment that is
    /// still followed.
    private let due: any SQLStatement

    /// The first entry of `inquiries_due` after a time.
    private let next: any SQLStatement

    /// The number of due queries, by `inquiries_due` and `inquiries_planned`: reads due rows only.
    private let dueCount: any SQLStatement

    init(
        _ connection: any SQLDatabase,
        search: any PaymentSearch
    ) throws(StoreError) {
        self.connection = connection
        self.search = search
        payments = try PaymentTable(connection)
        due = try connection.prepare(
            """
            SELECT payment_id FROM inquiries
            WHERE \(Self.isDue(connection)) AND phase <> \(InquirySchedule.Phase.deadline.rawValue)
            ORDER BY next_at LIMIT ?2
            """
        )
        next = try connection.prepare("SELECT min(next_at) FROM inquiries WHERE next_at > ?")
        dueCount = try connection.prepare(
            """
            SELECT count(*) FROM inquiries
            WHERE \(Self.isDue(connection)) AND phase <> \(InquirySchedule.Phase.deadline.rawValue)
            """
        )
    }

    /// ``StatusInquiry/isDue(at:)`` as a condition on the time `?1`: the time has come, or the
    /// clock was set back since it was planned. The clock of another receiver may be ahead.
    private static func isDue(_ connection: any SQLDatabase) -> String {
        let tolerance = max(
            StatusInquiry.clockToleranceMilliseconds,
            connection.dialect.clockDifferenceMilliseconds
        )
        return "(next_at <= ?1 OR planned_at > ?1 + \(tolerance))"
    }

    /// Inquiries with a due query, those due for the longest time first.
    func due(at now: Int64, limit: Int) throws(StoreError) -> [Inquiry] {
        let ids = try due.all {
            $0.integer(now)
            $0.integer(limit)
        } row: {
            $0.integer(0)
        }
        let found = try payments.payments(ids)
        let byID = Dictionary(found.map { ($0.payment.id, $0.payment) }) { first, _ in first }
        var inquiries: [Inquiry] = []
        for id in ids {
            guard let payment = byID[id] else { continue }
            inquiries.append(try inquiry(about: payment))
        }
        return inquiries
    }

    /// The inquiry of a payment, with its alternative number while the roles are a guess.
    ///
    /// Both numbers have a mark of their own, because each may belong to another payment.
    private func inquiry(about payment: Payment) throws(StoreError) -> Inquiry {
        let isGuess = !payment.isCorroborated && payment.roles == .assumed
        let alternative = isGuess ? payment.referenceNo : nil
        let alternativeMark = try alternative.map { other throws(StoreError) in
            try mark(other, payment)
        }
        return Inquiry(
            paymentID: payment.id,
            partnerReferenceNo: payment.partnerReferenceNo,
            alternative: alternative == payment.partnerReferenceNo ? nil : alternative,
            mark: try mark(payment.partnerReferenceNo, payment),
            alternativeMark: alternativeMark
        )
    }

    /// The present state of the payment that a report about `queried` would concern. The ledger
    /// compares it with the state at the time of the report: a report counts only if nothing was
    /// committed since.
    ///
    /// - Parameter home: the payment whose schedule planned the query; nil for any other query.
    private func mark(
        _ queried: Reference,
        _ home: Payment?
    ) throws(StoreError) -> Inquiry.Mark {
        var view = LedgerView(numbers: LedgerNumbers(), knowledge: GatewayKnowledge())
        for (payment, _) in try payments.payments(search.payments([queried])) {
            view.insert(Shared(payment))
        }
        return Inquiry.Mark(view.subject(of: queried, home))
    }

    /// An inquiry about a partnerReferenceNo that the schedule did not plan. Its result also counts
    /// for the schedule of its payment.
    func inquiry(_ reference: Reference) throws(StoreError) -> Inquiry {
        let mark = try mark(reference, nil)
        return Inquiry(
            paymentID: mark.paymentID,
            partnerReferenceNo: reference,
            alternative: nil,
            mark: mark
        )
    }

    /// Payments whose inquiry is due but sends no query, in the order of `inquiries_due`; see
    /// ``due`` for its cost.
    func deadlines(
        at now: Int64,
        includesQueries: Bool,
        limit: Int
    ) throws(StoreError) -> [Int64] {
        try connection.prepare(
            """
            SELECT payment_id FROM inquiries
            WHERE \(Self.isDue(connection))
                AND (?2 = 1 OR phase = \(InquirySchedule.Phase.deadline.rawValue))
            ORDER BY next_at LIMIT ?3
            """
        ).all {
            $0.integer(now)
            $0.integer(includesQueries ? 1 : 0)
            $0.integer(limit)
        } row: {
            $0.integer(0)
        }
    }

    /// How many queries are due at `now`.
    func dueCount(at now: Int64) throws(StoreError) -> Int {
        let found = try dueCount.first {
            $0.integer(now)
        } row: {
            Int($0.integer(0))
        }
        return found ?? 0
    }

    /// When the next inquiry becomes due after `now`; nil when none is planned.
    func nextDue(after now: Int64) throws(StoreError) -> Int64? {
        let found = try next.first {
            $0.integer(now)
        } row: {
            $0.optionalInteger(0)
        }
        return found ?? nil
    }

    /// Open payments, and payments with waiting callbacks, with an ID above `id`.
    ///
    /// Uses the partial indexes `payments_open` and `callbacks_waiting`. Their union is sorted, so
    /// each page reads all entries above `id`.
    ///
    /// - Parameter isUnscheduled: whether payments with an inquiry are left out.
    func open(after id: Int64, limit: Int, isUnscheduled: Bool) throws(StoreError) -> [Int64] {
        let condition =
            isUnscheduled ? "NOT EXISTS (SELECT 1 FROM inquiries WHERE payment_id = id)" : "TRUE"
        return try connection.prepare(
            """
            SELECT id FROM (
                SELECT id FROM payments WHERE status IN (0, 1) AND id > ?1
                UNION SELECT payment_id FROM callbacks WHERE is_waiting = 1 AND payment_id > ?1
            ) AS open
            WHERE \(condition) ORDER BY id LIMIT ?2
            """
        ).all {
            $0.integer(id)
            $0.integer(limit)
        } row: {
            $0.integer(0)
        }
    }
}
