import Ledger
import Payments
import SQLite
import SQLiteFiles

/// The readers' statements on the schedule of inquiries.
struct InquiryReader {
    private let connection: Connection
    private let index: ReferenceIndex
    private let lookups: any ReferenceLookup
    private let payments: PaymentTable
    private let due: Statement
    private let next: Statement
    private let dueCount: Statement

    init(
        _ connection: Connection,
        index: ReferenceIndex,
        lookups: any ReferenceLookup
    ) throws(SQLiteError) {
        self.connection = connection
        self.index = index
        self.lookups = lookups
        payments = try PaymentTable(connection)
        due = try connection.prepare(
            """
            SELECT payment_id FROM inquiries
            WHERE \(Self.isDue) AND phase <> \(InquirySchedule.Phase.deadline.rawValue)
            ORDER BY next_at LIMIT ?2
            """
        )
        next = try connection.prepare("SELECT min(next_at) FROM inquiries WHERE next_at > ?")
        dueCount = try connection.prepare(
            """
            SELECT count(*) FROM inquiries
            WHERE \(Self.isDue) AND phase <> \(InquirySchedule.Phase.deadline.rawValue)
            """
        )
    }

    /// ``StatusInquiry/isDue(at:)`` as a condition on the time `?1`.
    private static let isDue =
        "(next_at <= ?1 OR planned_at > ?1 + \(StatusInquiry.clockToleranceMilliseconds))"

    /// What is due at `now`, the longest due first.
    func due(at now: Int64, limit: Int) throws(SQLiteError) -> [Inquiry] {
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

    private func inquiry(about payment: Payment) throws(SQLiteError) -> Inquiry {
        let isGuess = !payment.isCorroborated && payment.roles == .assumed
        let alternative = isGuess ? payment.referenceNo : nil
        let alternativeMark = try alternative.map { other throws(SQLiteError) in
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

    /// What is committed about the payment that an answer about `asked` would be about.
    private func mark(
        _ asked: Reference,
        _ home: Payment?
    ) throws(SQLiteError) -> Inquiry.Mark {
        var view = LedgerView(numbers: LedgerNumbers(), knowledge: GatewayKnowledge())
        for (payment, _) in try payments.payments(index.payments([asked], in: lookups)) {
            view.insert(Shared(payment))
        }
        return Inquiry.Mark(view.subject(of: asked, home))
    }

    /// An inquiry about a merchant's number; a schedule about its payment is answered by it as
    /// well.
    func inquiry(_ reference: Reference) throws(SQLiteError) -> Inquiry {
        let mark = try mark(reference, nil)
        return Inquiry(
            paymentID: mark.paymentID,
            partnerReferenceNo: reference,
            alternative: nil,
            mark: mark
        )
    }

    /// Payments whose inquiry is due at `now` and cannot be sent.
    func deadlines(
        at now: Int64,
        includesQueries: Bool,
        limit: Int
    ) throws(SQLiteError) -> [Int64] {
        try connection.prepare(
            """
            SELECT payment_id FROM inquiries
            WHERE \(Self.isDue) AND (?2 OR phase = \(InquirySchedule.Phase.deadline.rawValue))
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

    /// How many inquiries are due at `now`.
    func dueCount(at now: Int64) throws(SQLiteError) -> Int {
        let found = try dueCount.first {
            $0.integer(now)
        } row: {
            Int($0.integer(0))
        }
        return found ?? 0
    }

    /// When the next inquiry is due that is not due at `now`.
    func nextDue(after now: Int64) throws(SQLiteError) -> Int64? {
        let found = try next.first {
            $0.integer(now)
        } row: {
            $0.optionalInteger(0)
        }
        return found ?? nil
    }

    /// Open payments, and payments with waiting callbacks.
    ///
    /// - Parameter isUnscheduled: only those without an inquiry.
    func open(after id: Int64, limit: Int, isUnscheduled: Bool) throws(SQLiteError) -> [Int64] {
        let condition =
            isUnscheduled ? "NOT EXISTS (SELECT 1 FROM inquiries WHERE payment_id = id)" : "TRUE"
        return try connection.prepare(
            """
            SELECT id FROM (
                SELECT id FROM payments WHERE status IN (0, 1) AND id > ?1
                UNION SELECT payment_id FROM callbacks WHERE is_waiting = 1 AND payment_id > ?1
            )
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
