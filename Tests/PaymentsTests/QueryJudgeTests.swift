import Payments
import Testing

/// What the gateway's answer to a query does: contract section 4, from the status table on.
@Suite struct QueryJudgeTests {
    private static func report(
        _ status: LatestTransactionStatus,
        partner: String = "M-1",
        reference: String? = "G-1",
        sen: Int64? = 1_000_000
    ) throws -> GatewayReport {
        GatewayReport(
            partnerReferenceNo: try #require(Reference(partner)),
            referenceNo: reference.flatMap { Reference($0) },
            status: status,
            amount: sen.flatMap { Amount(sen: $0) },
            paidAt: nil
        )
    }

    private static func evidence(
        _ state: TransactionState?,
        asked: String = "M-1",
        claim: Fact? = nil,
        isCurrent: Bool = true
    ) throws -> QueryEvidence {
        QueryEvidence(
            asked: try #require(Reference(asked)),
            state: state,
            claim: claim,
            isCurrent: isCurrent
        )
    }

    private static func judge(_ mismatch: JudgePolicy.AmountMismatch = .reject) -> QueryJudge {
        var policy = JudgePolicy()
        policy.amountMismatch = mismatch
        return QueryJudge(policy: policy)
    }

    /// The verdict that a cell of the status table means for an answer about M-1 / G-1.
    private static func expected(_ cell: StatusTableTests.Cell) -> QueryVerdict {
        var verdict = QueryVerdict()
        // The gateway knows nothing: no answer about our payment.
        if cell.reported == .notFound { return verdict }
        verdict.isOurs = true
        verdict.isBelieved = true
        verdict.settlesClaim = true
        switch cell.query {
        case .apply(let status, let attention):
            verdict.effect = cell.from == nil ? .create(status) : .advance(to: status)
            verdict.attention = attention.map { [$0] } ?? []
        case .ignore(let attention): verdict.attention = attention.map { [$0] } ?? []
        case .replay, .queryDecides, .askAgain: break
        }
        return verdict
    }

    // MARK: The status table

    @Test(arguments: StatusTableTests.cells)
    func `an answer does what its cell of the status table says`(
        _ cell: StatusTableTests.Cell
    ) throws {
        let state = try cell.from.map { try JudgeTests.state($0) }
        let verdict = Self.judge().judge(try Self.report(cell.reported), try Self.evidence(state))
        #expect(verdict == Self.expected(cell))
    }

    @Test(arguments: StatusTableTests.cells)
    func `an outdated answer says nothing, but a success always counts`(
        _ cell: StatusTableTests.Cell
    ) throws {
        let state = try cell.from.map { try JudgeTests.state($0) }
        let verdict = Self.judge().judge(
            try Self.report(cell.reported),
            try Self.evidence(state, isCurrent: false)
        )
        if cell.reported == .success {
            #expect(verdict == Self.expected(cell))
        } else {
            var outdated = QueryVerdict()
            outdated.isOutdated = true
            #expect(verdict == outdated)
        }
    }

    @Test(arguments: [LatestTransactionStatus.initiated, .paying, .pending])
    func `a pending code that was seen before changes nothing`(
        _ code: LatestTransactionStatus
    ) throws {
        let state = try JudgeTests.state(.pending, applied: StatusCodeSet(code))
        for reported in [LatestTransactionStatus.initiated, .paying, .pending] {
            let verdict = Self.judge().judge(
                try Self.report(reported),
                try Self.evidence(state)
            )
            #expect(verdict.effect == (reported == code ? .nothing : .advance(to: .pending)))
        }
    }

    // MARK: References

    /// How an answer's references stand to what is known.
    struct ReferenceCase: Sendable, CustomTestStringConvertible {
        enum Expected: Sendable { case ours, swapped, mismatch }

        /// Our references of the stored transaction; nil when there is none.
        var stored: (merchant: String, gateway: String?)?
        var isProven = true

        /// The pair of the callback that waits; nil when none does.
        var claim: (partner: String, reference: String)?
        var answer: (partner: String, reference: String?)
        let expected: Expected
        let testDescription: String

        init(
            _ description: String,
            stored: (String, String?)? = nil,
            isProven: Bool = true,
            claim: (String, String)? = nil,
            answer: (String, String?),
            _ expected: Expected
        ) {
            testDescription = description
            self.stored = stored.map { (merchant: $0.0, gateway: $0.1) }
            self.isProven = isProven
            self.claim = claim.map { (partner: $0.0, reference: $0.1) }
            self.answer = (partner: answer.0, reference: answer.1)
            self.expected = expected
        }
    }

    static let known: [ReferenceCase] = [
        ReferenceCase("both as stored", stored: ("M-1", "G-1"), answer: ("M-1", "G-1"), .ours),
        ReferenceCase("none given", stored: ("M-1", "G-1"), answer: ("M-1", nil), .ours),
        ReferenceCase("none known yet", stored: ("M-1", nil), answer: ("M-1", "G-2"), .ours),
        ReferenceCase("neither", stored: ("M-1", nil), answer: ("M-1", nil), .ours),
        ReferenceCase("another", stored: ("M-1", "G-1"), answer: ("M-1", "G-2"), .mismatch),
        ReferenceCase(
            "another, unproven",
            stored: ("M-1", "G-1"),
            isProven: false,
            answer: ("M-1", "G-2"),
            .mismatch
        ),
        ReferenceCase("not asked", stored: ("M-1", "G-1"), answer: ("M-2", "G-1"), .mismatch),
        ReferenceCase("roles swapped", stored: ("M-1", "G-1"), answer: ("G-1", "M-1"), .mismatch),
        ReferenceCase(
            "a waiting callback with another pair is no measure for what is stored",
            stored: ("M-1", "G-1"),
            claim: ("M-1", "G-2"),
            answer: ("M-1", "G-1"),
            .ours
        ),
    ]

    /// Stored the wrong way round, by a guess.
    static let guessed: [ReferenceCase] = [
        ReferenceCase(
            "a wrong guess",
            stored: ("G-1", "M-1"),
            isProven: false,
            answer: ("M-1", "G-1"),
            .swapped
        ),
        ReferenceCase(
            "a wrong guess cannot be put right without the gateway's number",
            stored: ("G-1", "M-1"),
            isProven: false,
            answer: ("M-1", nil),
            .mismatch
        ),
        ReferenceCase(
            "another number",
            stored: ("G-1", "M-1"),
            isProven: false,
            answer: ("M-1", "G-2"),
            .mismatch
        ),
        ReferenceCase(
            "proven roles stay",
            stored: ("G-1", "M-1"),
            answer: ("M-1", "G-1"),
            .mismatch
        ),
    ]

    static let unknown: [ReferenceCase] = [
        ReferenceCase("nothing waits", answer: ("M-1", "G-1"), .ours),
        ReferenceCase("nothing waits, none given", answer: ("M-1", nil), .ours),
        ReferenceCase("nothing waits, not asked", answer: ("M-2", "G-1"), .mismatch),
        ReferenceCase("confirmed", claim: ("M-1", "G-1"), answer: ("M-1", "G-1"), .ours),
        ReferenceCase("confirmed crosswise", claim: ("G-1", "M-1"), answer: ("M-1", "G-1"), .ours),
        ReferenceCase("not confirmed", claim: ("M-1", "G-1"), answer: ("M-1", nil), .mismatch),
        ReferenceCase("contradicted", claim: ("M-1", "G-1"), answer: ("M-1", "G-2"), .mismatch),
        ReferenceCase("not asked", claim: ("M-1", "G-1"), answer: ("G-1", "M-1"), .mismatch),
    ]

    @Test(arguments: [
        (
            TransactionStatus.success, LatestTransactionStatus.success,
            AttentionKind.possibleSecondPayment
        ),
        (.pending, .success, .possibleSecondPayment), (.pending, .pending, .referenceMismatch),
        (.cancelled, .cancelled, .referenceMismatch),
    ])
    func `a callback that names another gateway number than the gateway has its answer, and stays`(
        stored: TransactionStatus,
        answered: LatestTransactionStatus,
        kind: AttentionKind
    ) throws {
        let state = try JudgeTests.state(stored, merchant: "M-1", gateway: "G-1")
        let claim = try JudgeTests.fact(.success, partner: "M-1", reference: "G-2")
        let verdict = Self.judge().judge(
            try Self.report(answered, partner: "M-1", reference: "G-1"),
            try Self.evidence(state, claim: claim)
        )
        #expect(verdict.claimContradiction == kind)
        #expect(verdict.settlesClaim)
        let own = try JudgeTests.fact(.success, partner: "G-1", reference: "M-1")
        let confirmed = Self.judge().judge(
            try Self.report(answered, partner: "M-1", reference: "G-1"),
            try Self.evidence(state, claim: own)
        )
        #expect(confirmed.claimContradiction == nil)
    }

    @Test(arguments: known + guessed + unknown)
    func `an answer has to have our references`(_ test: ReferenceCase) throws {
        let state = try test.stored.map {
            try JudgeTests.state(
                .pending,
                merchant: $0.merchant,
                gateway: $0.gateway,
                isProven: test.isProven
            )
        }
        let claim = try test.claim.map {
            try JudgeTests.fact(.success, partner: $0.partner, reference: $0.reference)
        }
        let answer = try Self.report(
            .success,
            partner: test.answer.partner,
            reference: test.answer.reference
        )
        let verdict = Self.judge().judge(answer, try Self.evidence(state, claim: claim))
        #expect(verdict.isOurs == (test.expected != .mismatch))
        #expect(verdict.isBelieved == verdict.isOurs)
        #expect(verdict.correctsRoles == (test.expected == .swapped))
        #expect(verdict.settlesClaim == (test.expected != .mismatch))
        switch test.expected {
        case .ours, .swapped:
            #expect(verdict.effect == (state == nil ? .create(.success) : .advance(to: .success)))
            #expect(verdict.attention == [])
        case .mismatch:
            #expect(verdict.effect == .nothing)
            #expect(verdict.attention == [.referenceMismatch])
        }
    }

    @Test(arguments: [
        (LatestTransactionStatus.success, "M-1", AttentionKind.possibleSecondPayment),
        (.pending, "M-1", .referenceMismatch), (.refunded, "M-1", .referenceMismatch),
        (.success, "M-2", .referenceMismatch),
    ])
    func `a success under another number of the gateway may be a second payment`(
        _ status: LatestTransactionStatus,
        partner: String,
        _ attention: AttentionKind
    ) throws {
        let state = try JudgeTests.state(.success, applied: StatusCodeSet(.success))
        let verdict = Self.judge().judge(
            try Self.report(status, partner: partner, reference: "G-2"),
            try Self.evidence(state)
        )
        #expect(verdict.attention == [attention])
        #expect(verdict.effect == .nothing)
        #expect(!verdict.isOurs)
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
        let state = try JudgeTests.state(.pending)
        let verdict = Self.judge().judge(
            try Self.report(status, sen: sen),
            try Self.evidence(state, claim: try JudgeTests.fact(status))
        )
        #expect(verdict.effect == .nothing)
        #expect(verdict.attention == [.amountMismatch])
        #expect(verdict.isOurs, "its references are learnt all the same")
        #expect(!verdict.isBelieved)
        #expect(!verdict.settlesClaim)
    }

    @Test(arguments: [nil, 999_999, 1_000_001] as [Int64?])
    func `money of another amount is let through where it is only flagged`(sen: Int64?) throws {
        let state = try JudgeTests.state(.pending)
        let verdict = Self.judge(.flag).judge(
            try Self.report(.success, sen: sen),
            try Self.evidence(state, claim: try JudgeTests.fact(.success))
        )
        #expect(verdict.effect == .advance(to: .success))
        #expect(verdict.attention == [.amountMismatch])
        #expect(verdict.settlesClaim)
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
            try Self.evidence(try JudgeTests.state(.pending))
        )
        #expect(verdict.effect != .nothing)
        #expect(verdict.attention == [])
    }

    @Test func `where no amount is expected the first one is taken`() throws {
        let state = try JudgeTests.state(.pending, amount: nil)
        let verdict = Self.judge().judge(
            try Self.report(.success, sen: 5),
            try Self.evidence(state, claim: try JudgeTests.fact(.success))
        )
        #expect(verdict.effect == .advance(to: .success))
        #expect(verdict.attention == [])
    }

    @Test(arguments: [(1_000_000 as Int64, true), (5, false)])
    func `a payment that only a callback told of has the callback's amount`(
        sen: Int64,
        isConfirmed: Bool
    ) throws {
        let verdict = Self.judge().judge(
            try Self.report(.success, sen: sen),
            try Self.evidence(nil, claim: try JudgeTests.fact(.success))
        )
        #expect(verdict.effect == (isConfirmed ? .create(.success) : .nothing))
        #expect(verdict.attention == (isConfirmed ? [] : [.amountMismatch]))
    }

    @Test(arguments: [JudgePolicy.AmountMismatch.reject, .flag])
    func `a second success of another amount may be a second payment`(
        _ policy: JudgePolicy.AmountMismatch
    ) throws {
        let state = try JudgeTests.state(.success, applied: StatusCodeSet(.success))
        let verdict = Self.judge(policy).judge(
            try Self.report(.success, sen: 5),
            try Self.evidence(state)
        )
        #expect(verdict.effect == .nothing)
        #expect(verdict.attention == [.possibleSecondPayment])
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
        let fact = try JudgeTests.fact(claim)
        let settling = LatestTransactionStatus.allCases.filter { QueryJudge.settles($0, fact) }
        #expect(settling.map(\.code).joined(separator: " ") == answers)
    }

    @Test(arguments: LatestTransactionStatus.allCases)
    func `where nothing waits every answer will do`(_ status: LatestTransactionStatus) {
        #expect(QueryJudge.settles(status, nil))
    }
}
