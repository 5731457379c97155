import Payments
import Testing

/// The status table of contract section 4, cell by cell.
@Suite struct StatusTableTests {
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
            Cell(from, .notFound, .ignore(), .askAgain),
        ]
    }

    static let success = [
        Cell(.success, .success, .replay),
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
        Cell(.success, .notFound, .ignore(), .askAgain),
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
            Cell(from, .cancelled, from == .cancelled ? .replay : .ignore()),
            Cell(from, .failed, from == .failed ? .replay : .ignore()),
            Cell(from, .notFound, .ignore(), .askAgain),
        ]
    }

    static let refunded = LatestTransactionStatus.allCases.map { reported in
        switch reported {
        case .refunded: Cell(.refunded, reported, .replay)
        case .notFound: Cell(.refunded, reported, .ignore(), .askAgain)
        default: Cell(.refunded, reported, .ignore())
        }
    }

    static let cells = open + success + unpaid + refunded

    @Test func `there is a cell for every status and code`() {
        #expect(Self.cells.count == (TransactionStatus.allCases.count + 1) * 8)
    }

    @Test(arguments: cells)
    func `a callback does what its cell says`(_ cell: Cell) {
        let decision = StatusTable.decide(
            from: cell.from,
            applied: [],
            reported: cell.reported,
            source: .notify
        )
        #expect(decision == cell.callback)
    }

    @Test(arguments: cells, [TransitionSource.query, .generate, .operator])
    func `a query's answer does what its cell says`(_ cell: Cell, source: TransitionSource) {
        let decision = StatusTable.decide(
            from: cell.from,
            applied: [],
            reported: cell.reported,
            source: source
        )
        #expect(decision == cell.query)
    }

    @Test(arguments: [LatestTransactionStatus.initiated, .paying, .pending])
    func `a pending code is applied once, and another one still is`(
        _ code: LatestTransactionStatus
    ) {
        let applied = StatusCodeSet(code)
        for reported in [LatestTransactionStatus.initiated, .paying, .pending] {
            let decision = StatusTable.decide(
                from: .pending,
                applied: applied,
                reported: reported,
                source: .notify
            )
            #expect(decision == (reported == code ? .ignore() : .apply(.pending)))
        }
    }
}
