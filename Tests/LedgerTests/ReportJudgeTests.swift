import Payments
import Testing

@testable import Ledger

/// What the gateway's report about a payment does: contract section 4, from the status table on.
struct ReportJudgeTests {
    static func report(
        _ status: LatestTransactionStatus,
        partner: String = "M-1",
        reference: String? = "G-1",
        sen: Int64? = 1_000_000
    ) throws -> GatewayReport {
        GatewayReport(
            partnerReferenceNo: try #require(Reference(partner)),
            referenceNo: reference.flatMap { Reference($0) },
            status: status,
            amount: sen.flatMap { Amount(sen: $0) }.map { .exact($0) },
            paidAt: nil
        )
    }

    static func evidence(
        _ payment: Payment?,
        queried: String = "M-1",
        waiting: [Fact] = [],
        stands: Bool = false
    ) throws -> ReportEvidence {
        ReportEvidence(
            queried: try #require(Reference(queried)),
            payment: payment,
            waiting: waiting,
            stands: stands
        )
    }

    static func judge(_ mismatch: LedgerPolicy.AmountMismatch = .reject) -> ReportJudge {
        var policy = LedgerPolicy()
        policy.amountMismatch = mismatch
        return ReportJudge(policy: policy)
    }

    /// The verdict that a cell of the status table means for a report about M-1 / G-1.
    private static func expected(_ cell: StatusTableTests.Cell) -> ReportVerdict {
        var verdict = ReportVerdict()
        verdict.references = .straight
        verdict.isBelieved = true
        verdict.amount = Amount(sen: 1_000_000)
        switch cell.query {
        case .apply(let status, let attention):
            verdict.status = status
            verdict.attention = attention.map { [$0] } ?? []
        case .ignore(let attention), .replay(let attention):
            verdict.attention = attention.map { [$0] } ?? []
        case .queryDecides, .queryAgain: break
        }
        return verdict
    }

    // MARK: The status table

    @Test(arguments: StatusTableTests.cells.filter { $0.reported != .notFound })
    func `a report does what its cell of the status table says`(
        _ cell: StatusTableTests.Cell
    ) throws {
        let written: [LatestTransactionStatus] = cell.from == .success ? [.success] : []
        let payment = try cell.from.map { try CallbackJudgeTests.payment($0, written: written) }
        let report = try Self.report(cell.reported)
        #expect(Self.judge().judge(report, try Self.evidence(payment)) == Self.expected(cell))
    }

    @Test(arguments: [LatestTransactionStatus.initiated, .paying, .pending])
    func `a pending code that was written before changes nothing`(
        _ code: LatestTransactionStatus
    ) throws {
        let payment = try CallbackJudgeTests.payment(.pending, written: [code])
        for reported in [LatestTransactionStatus.initiated, .paying, .pending] {
            let verdict = Self.judge().judge(
                try Self.report(reported),
                try Self.evidence(payment)
            )
            #expect(verdict.status == (reported == code ? nil : .pending))
            #expect(verdict.isBelieved)
        }
    }

    // MARK: Amounts

    @Test(
        arguments: [LatestTransactionStatus.success, .refunded],
        [nil, 999_999, 1_000_001] as [Int64?]
    )
    func `money of another amount, or of none, is refused`(
        _ status: LatestTransactionStatus,
        sen: Int64?
    ) throws {
        let payment = try CallbackJudgeTests.payment(.pending)
        let waiting = [try CallbackJudgeTests.fact(status)]
        let verdict = Self.judge().judge(
            try Self.report(status, sen: sen),
            try Self.evidence(payment, waiting: waiting)
        )
        #expect(verdict.status == nil)
        #expect(verdict.attention == [.amountMismatch])
        #expect(verdict.references == .straight, "its references are learnt all the same")
        #expect(!verdict.isBelieved)
    }

    @Test(arguments: [999_999, 1_000_001] as [Int64])
    func `money of another amount is applied where it is only flagged`(sen: Int64) throws {
        let payment = try CallbackJudgeTests.payment(.pending)
        let verdict = Self.judge(.flag).judge(
            try Self.report(.success, sen: sen),
            try Self.evidence(payment)
        )
        #expect(verdict.status == .success)
        #expect(verdict.amount == Amount(sen: sen))
        #expect(verdict.attention == [.amountMismatch])
        #expect(verdict.isBelieved)
    }

    @Test(arguments: LedgerPolicy.AmountMismatch.allCases)
    func `money of no amount is never applied`(_ mode: LedgerPolicy.AmountMismatch) throws {
        let payment = try CallbackJudgeTests.payment(.pending)
        let verdict = Self.judge(mode).judge(
            try Self.report(.success, sen: nil),
            try Self.evidence(payment)
        )
        #expect(verdict.status == nil)
        #expect(verdict.attention == [.amountMismatch])
    }

    @Test(
        arguments: [LatestTransactionStatus.initiated, .cancelled, .failed],
        [nil, 5] as [Int64?]
    )
    func `what moves no money may have any amount`(
        _ status: LatestTransactionStatus,
        sen: Int64?
    ) throws {
        let verdict = Self.judge().judge(
            try Self.report(status, sen: sen),
            try Self.evidence(try CallbackJudgeTests.payment(.pending))
        )
        #expect(verdict.status != nil)
        #expect(verdict.attention == [])
    }

    @Test func `where no amount is expected the first one is taken`() throws {
        let payment = try CallbackJudgeTests.payment(.pending, amount: nil)
        let verdict = Self.judge().judge(
            try Self.report(.success, sen: 5),
            try Self.evidence(payment)
        )
        #expect(verdict.status == .success)
        #expect(verdict.attention == [])
    }

    @Test(arguments: [(1_000_000 as Int64, true), (5, false)])
    func `a payment that only a callback told of has the callback's amount`(
        sen: Int64,
        isConfirmed: Bool
    ) throws {
        let payment = try CallbackJudgeTests.payment(nil, amount: nil, isProven: false)
        let verdict = Self.judge().judge(
            try Self.report(.success, sen: sen),
            try Self.evidence(payment, waiting: [try CallbackJudgeTests.fact(.success)])
        )
        #expect(verdict.status == (isConfirmed ? .success : nil))
        #expect(verdict.attention == (isConfirmed ? [] : [.amountMismatch]))
    }

    @Test(arguments: LedgerPolicy.AmountMismatch.allCases)
    func `a second success of another amount may be a second payment`(
        _ mode: LedgerPolicy.AmountMismatch
    ) throws {
        let payment = try CallbackJudgeTests.payment(.success, written: [.success])
        for stands in [false, true] {
            let verdict = Self.judge(mode).judge(
                try Self.report(.success, sen: 5),
                try Self.evidence(payment, stands: stands)
            )
            #expect(verdict.status == nil)
            #expect(verdict.attention == (stands ? [] : [.possibleSecondPayment]))
        }
    }

    @Test(arguments: [
        // The expected amount, and what 15.000 then is.
        (1_500 as Int64, 1_500 as Int64?), (1_500_000, 1_500_000), (1_000_000, nil),
    ])
    func `an ambiguous amount is the reading that equals the expected one`(
        expected: Int64,
        reading: Int64?
    ) throws {
        let payment = try CallbackJudgeTests.payment(.pending, amount: expected)
        let ambiguous = ReportedAmount.ambiguous(
            literal: try #require(Amount(sen: 1_500)),
            thousands: try #require(Amount(sen: 1_500_000))
        )
        let report = GatewayReport(
            partnerReferenceNo: payment.partnerReferenceNo,
            referenceNo: payment.referenceNo,
            status: .success,
            amount: ambiguous,
            paidAt: nil
        )
        let verdict = Self.judge().judge(report, try Self.evidence(payment))
        #expect(verdict.amount == reading.flatMap { Amount(sen: $0) })
        #expect(verdict.status == (reading == nil ? nil : .success))
        #expect(verdict.attention == (reading == nil ? [.amountMismatch] : []))
    }

    // MARK: What waits

    @Test(arguments: [
        (LatestTransactionStatus.success, "00 04"), (.refunded, "04"),
        (.initiated, "00 01 04 05 06"), (.paying, "00 02 04 05 06"), (.pending, "00 03 04 05 06"),
        (.cancelled, "00 04 05 06"), (.failed, "00 04 05 06"), (.notFound, "00 04 05 06 07"),
    ])
    func `a callback about money waits until the gateway speaks of money`(
        _ claim: LatestTransactionStatus,
        answers: String
    ) throws {
        let fact = try CallbackJudgeTests.fact(claim)
        let resolving = LatestTransactionStatus.allCases.filter { $0.resolves(fact) }
        #expect(resolving.map(\.code).joined(separator: " ") == answers)
    }

    @Test(
        arguments: [
            // What waits, and whether a success of a paid payment needs an amount for it.
            (nil, false), (try CallbackJudgeTests.fact(.success), false),
            (try CallbackJudgeTests.fact(.success, sen: nil), true),
            (try CallbackJudgeTests.fact(.refunded, sen: nil), true),
            (try CallbackJudgeTests.fact(.pending, sen: nil), false),
        ] as [(Fact?, Bool)]
    )
    func `a repeated success needs an amount where money of no amount waits`(
        waiting: Fact?,
        isNeeded: Bool
    ) throws {
        let payment = try CallbackJudgeTests.payment(.success, written: [.success])
        let verdict = Self.judge().judge(
            try Self.report(.success, sen: nil),
            try Self.evidence(payment, waiting: waiting.map { [$0] } ?? [])
        )
        #expect(verdict.attention == (isNeeded ? [.amountMismatch] : []))
        #expect(verdict.isBelieved == !isNeeded)
    }
}
