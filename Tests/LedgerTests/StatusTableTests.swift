import Ledger
import Payments
import Testing

/// The status table of contract section 4, cell by cell.
struct StatusTableTests {
    /// One cell: from, reported code, what a callback does, what a query does.
    struct Cell: Sendable, CustomTestStringConvertible {
        let from: TransactionStatus?
        let reported: LatestTransactionStatus
        let callback: StatusDecision
        let query: StatusDecision

        init(
            _ from: TransactionStatus?,
            _ reported: LatestTransactionStatus,
            _ callback: StatusDecision,
            _ query: StatusDecision? = nil
        ) {
            self.from = from
            self.reported = reported
            self.callback = callback
            self.query = query ?? callback
        }

        var testDescription: String { "\(from?.word ?? "none") + \(reported.code)" }
    }

    static let open: [Cell] = [nil, .created, .pending].flatMap { (from: TransactionStatus?) in
        [
            Cell(from, .success, .apply(.success)),
            Cell(from, .initiated, .apply(.pending)),
            Cell(from, .paying, .apply(.pending)),
            Cell(from, .pending, .apply(.pending)),
            Cell(
                from,
                .refunded,
                .queryDecides(attention: .unconfirmedRefund),
                .apply(.refunded, attention: .unexpectedRefund)
            ),
            Cell(from, .cancelled, .apply(.cancelled)),
            Cell(from, .failed, .apply(.failed)),
            Cell(from, .notFound, .ignore(), .queryAgain),
        ]
    }

    static let success = [
        Cell(.success, .success, .replay()),
        Cell(.success, .initiated, .ignore()),
        Cell(.success, .paying, .ignore()),
        Cell(.success, .pending, .ignore()),
        Cell(
            .success,
            .refunded,
            .queryDecides(attention: .unconfirmedRefund),
            .apply(.refunded)
        ),
        Cell(.success, .cancelled, .ignore(attention: .contradictsSuccess)),
        Cell(.success, .failed, .ignore(attention: .contradictsSuccess)),
        Cell(.success, .notFound, .ignore(), .queryAgain),
    ]

    static let unpaid: [Cell] = [TransactionStatus.cancelled, .failed].flatMap { from in
        [
            Cell(from, .success, .queryDecides(attention: .lateSuccess), .apply(.success)),
            Cell(from, .initiated, .ignore()),
            Cell(from, .paying, .ignore()),
            Cell(from, .pending, .ignore()),
            Cell(
                from,
                .refunded,
                .queryDecides(attention: .unconfirmedRefund),
                .apply(.refunded, attention: .unexpectedRefund)
            ),
            Cell(from, .cancelled, from == .cancelled ? .replay() : .ignore()),
            Cell(from, .failed, from == .failed ? .replay() : .ignore()),
            Cell(from, .notFound, .ignore(), .queryAgain),
        ]
    }

    static let refunded = LatestTransactionStatus.allCases.map { reported in
        switch reported {
        case .success: Cell(.refunded, reported, .ignore(attention: .paymentAfterRefund))
        case .refunded: Cell(.refunded, reported, .replay())
        case .notFound: Cell(.refunded, reported, .ignore(), .queryAgain)
        default: Cell(.refunded, reported, .ignore())
        }
    }

    static let cells = open + success + unpaid + refunded

    @Test func `there is a cell for every status and code`() {
        #expect(Self.cells.count == (TransactionStatus.allCases.count + 1) * 8)
    }

    @Test(arguments: cells)
    func `a callback does what its cell says`(_ cell: Cell) {
        let report = StatusReport(cell.reported, source: .notify)
        let decision = StatusTable.decide(from: cell.from, wasWritten: false, report)
        #expect(decision == cell.callback)
    }

    @Test(arguments: cells, [TransitionSource.query, .generate, .operator])
    func `a query's answer does what its cell says`(_ cell: Cell, source: TransitionSource) {
        let report = StatusReport(cell.reported, source: source)
        let decision = StatusTable.decide(from: cell.from, wasWritten: false, report)
        #expect(decision == cell.query)
    }

    @Test(arguments: [LatestTransactionStatus.initiated, .paying, .pending])
    func `a pending code is applied once`(_ code: LatestTransactionStatus) {
        let report = StatusReport(code, source: .notify)
        for from in [nil, TransactionStatus.created, .pending] {
            let first = StatusTable.decide(from: from, wasWritten: false, report)
            #expect(first == .apply(.pending))
            let second = StatusTable.decide(from: from, wasWritten: true, report)
            #expect(second == .ignore())
        }
    }

    @Test(arguments: TransactionStatus.allCases, [TransitionSource.notify, .query])
    func `only a success of a paid or refunded payment is compared with the one that stands`(
        _ from: TransactionStatus,
        source: TransitionSource
    ) {
        let comparisons: [StatusReport.Comparison] = [.compatible, .same, .different]
        for status in LatestTransactionStatus.allCases {
            let decisions = comparisons.map {
                StatusTable.decide(
                    from: from,
                    wasWritten: false,
                    StatusReport(status, source: source, comparison: $0)
                )
            }
            switch (from, status) {
            case (.success, .success):
                let second = StatusDecision.replay(attention: .possibleSecondPayment)
                #expect(decisions == [.replay(), .replay(), second])
            case (.refunded, .success):
                let new = StatusDecision.ignore(attention: .paymentAfterRefund)
                #expect(decisions == [new, .ignore(), new])
            default: #expect(Set(decisions).count == 1)
            }
        }
    }
}
