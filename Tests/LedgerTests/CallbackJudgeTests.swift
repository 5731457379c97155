import Payments
import Testing

@testable import Ledger

/// Rows 6 to 13 of the checks table of contract section 4, where a callback's references are known.
struct CallbackJudgeTests {
    static let received: Int64 = 1_700_000_000_000

    /// A payment M-1 / G-1 of 10000.00, as the tests vary it.
    static func payment(
        _ status: TransactionStatus?,
        merchant: String = "M-1",
        gateway: String? = "G-1",
        amount: Int64? = 1_000_000,
        isProven: Bool = true,
        written: [LatestTransactionStatus] = [],
        id: Payment.ID = 1
    ) throws -> Payment {
        var payment = Payment(
            id: id,
            partnerReferenceNo: try #require(Reference(merchant)),
            referenceNo: gateway.flatMap { Reference($0) },
            status: status,
            origin: .generate,
            atMilliseconds: received
        )
        payment.expectedAmount = amount.flatMap { Amount(sen: $0) }
        payment.isCorroborated = isProven
        payment.written = written.map { WrittenFact(status: $0, amount: payment.expectedAmount) }
        if payment.wasWritten(.success) { payment.paidAmount = payment.expectedAmount }
        return payment
    }

    static func fact(
        _ status: LatestTransactionStatus,
        partner: String = "M-1",
        reference: String = "G-1",
        sen: Int64? = 1_000_000
    ) throws -> Fact {
        Fact(
            pair: ReferencePair(
                originalPartnerReferenceNo: try #require(Reference(partner)),
                originalReferenceNo: try #require(Reference(reference))
            ),
            status: status,
            amount: sen.flatMap { Amount(sen: $0) }
        )
    }

    /// What is known of a callback for `payment` in SNAP's order, or for an unknown one.
    static func evidence(
        _ fact: Fact,
        _ payment: Payment? = nil,
        marks: SuccessMarks = SuccessMarks(),
        signedSecondsAgo: Int64 = 0,
        use: ExternalIDUse = .free,
        decided: DecidedFact.Decision? = nil,
        corroboratedOrder: ReferenceOrder? = nil
    ) -> CallbackEvidence {
        let decision = decided.map {
            DecidedFact(paymentID: payment?.id, decision: $0, fact: fact, cause: "", entryID: nil)
        }
        return CallbackEvidence(
            content: CallbackContent(fact, marks: marks),
            receivedMilliseconds: received,
            signedMilliseconds: received - signedSecondsAgo * 1_000,
            externalIDUse: use,
            target: payment.map { .known($0, .snap) } ?? .unconfirmed(nil),
            decisions: decision.map { [$0] } ?? [],
            corroboratedOrder: corroboratedOrder
        )
    }

    static func judge(_ change: (inout LedgerPolicy) -> Void = { _ in }) -> CallbackJudge {
        var policy = LedgerPolicy()
        policy.confirmWithQuery = .never
        policy.isOutbound = true
        change(&policy)
        return CallbackJudge(policy: policy)
    }

    // MARK: Row 6

    @Test(arguments: [-301, -300, 0, 300, 301] as [Int64])
    func `the tolerance is 300 seconds to both sides, inclusive`(_ seconds: Int64) throws {
        let evidence = Self.evidence(try Self.fact(.success), signedSecondsAgo: seconds)
        let verdict = Self.judge().judge(evidence)
        #expect((verdict.outcome == .stale) == (abs(seconds) > 300))
        #expect(verdict.response == .successful)
        #expect(verdict.attention == [])
    }

    @Test func `tolerance 0 checks no timestamp`() throws {
        let evidence = Self.evidence(try Self.fact(.success), signedSecondsAgo: 1_000_000_000)
        let verdict = Self.judge { $0.timestampToleranceSeconds = 0 }.judge(evidence)
        #expect(verdict.outcome == .applied)
    }

    @Test func `a stale callback is refused when the merchant says so, and queried`() throws {
        let judge = Self.judge { $0.staleTimestamp = .reject }
        let verdict = judge.judge(
            Self.evidence(try Self.fact(.success), signedSecondsAgo: 301)
        )
        #expect(verdict.response == .unauthorized)
        #expect(verdict.outcome == .stale)
        #expect(verdict.needsQuery)
        #expect(verdict.attention == [.staleCallback])
        #expect(verdict.effect == .nothing)
    }

    @Test func `the attention list holds a stale callback that no query can decide`() throws {
        let judge = Self.judge { $0.isOutbound = false }
        let verdict = judge.judge(
            Self.evidence(try Self.fact(.success), signedSecondsAgo: 301)
        )
        #expect(verdict.response == .successful)
        #expect(verdict.attention == [.staleCallback])
    }

    @Test func `a late redelivery of a fact that stands is no stale callback`() throws {
        let payment = try Self.payment(.success, written: [.success])
        let judge = Self.judge { $0.staleTimestamp = .reject }
        let verdict = judge.judge(
            Self.evidence(try Self.fact(.success), payment, signedSecondsAgo: 86_400)
        )
        #expect(verdict.response == .successful)
        #expect(verdict.outcome == .replayed)
    }

    @Test func `a stale callback that a query has answered is answered 2005600`() throws {
        let payment = try Self.payment(.success, written: [.success])
        let judge = Self.judge { $0.staleTimestamp = .reject }
        let fact = try Self.fact(.refunded)
        for decision in [DecidedFact.Decision?.none, .resolvedByQuery] {
            let evidence = Self.evidence(fact, payment, signedSecondsAgo: 301, decided: decision)
            let verdict = judge.judge(evidence)
            #expect(verdict.response == (decision == nil ? .unauthorized : .successful))
        }
    }

    // MARK: Row 10

    @Test func `another fact under a used external id is a conflict`() throws {
        let evidence = Self.evidence(try Self.fact(.success), use: .otherFact(nil))
        let verdict = Self.judge().judge(evidence)
        #expect(verdict.response == .conflict)
        #expect(verdict.outcome == .conflict)
        #expect(verdict.attention == [.externalIDConflict])
        #expect(verdict.needsQuery)
        #expect(verdict.effect == .nothing)
    }

    @Test(arguments: [DecidedFact.Decision.accepted, .resolvedByQuery, .dismissed])
    func `a conflict that was decided is answered 2005600, unless it was dismissed`(
        _ decision: DecidedFact.Decision
    ) throws {
        let payment = try Self.payment(.pending, written: [.initiated])
        let verdict = Self.judge().judge(
            Self.evidence(
                try Self.fact(.cancelled),
                payment,
                use: .otherFact(nil),
                decided: decision
            )
        )
        #expect(verdict.response == (decision == .dismissed ? .conflict : .successful))
    }

    @Test(arguments: [
        // Outbound, and whether a conflict is rejected.
        (LedgerPolicy.ExternalIDConflict.auto, true, true), (.auto, false, false),
        (.reject, false, true), (.flag, true, false),
    ])
    func `auto rejects a conflict only where queries can be sent`(
        _ mode: LedgerPolicy.ExternalIDConflict,
        isOutbound: Bool,
        isRejected: Bool
    ) throws {
        let judge = Self.judge {
            $0.externalIDConflict = mode
            $0.isOutbound = isOutbound
        }
        let evidence = Self.evidence(try Self.fact(.success), use: .otherFact(nil))
        let verdict = judge.judge(evidence)
        #expect(verdict.response == (isRejected ? .conflict : .successful))
        #expect(verdict.outcome == (isRejected ? .conflict : .applied))
        #expect(verdict.attention == [.externalIDConflict])
    }

    @Test(arguments: [
        // The owner of the id says this; only another payment or amount is odd.
        (try Self.fact(.pending), false), (try Self.fact(.pending, sen: 5), true),
        (try Self.fact(.pending, reference: "G-2"), true),
        (try Self.fact(.pending, partner: "G-1", reference: "M-1"), false),
    ])
    func `flag is quiet about another status of the same pair and amount`(
        owner: Fact,
        isTold: Bool
    ) throws {
        let judge = Self.judge { $0.externalIDConflict = .flag }
        let payment = try Self.payment(.pending, written: [.pending])
        let verdict = judge.judge(
            Self.evidence(try Self.fact(.success), payment, use: .otherFact(owner))
        )
        #expect(verdict.outcome == .applied)
        #expect(verdict.attention == (isTold ? [.externalIDConflict] : []))
    }

    @Test func `flag tells of another status that the table does not take quietly`() throws {
        let judge = Self.judge { $0.externalIDConflict = .flag }
        let payment = try Self.payment(.success, written: [.success])
        let verdict = judge.judge(
            Self.evidence(
                try Self.fact(.failed),
                payment,
                use: .otherFact(try Self.fact(.success))
            )
        )
        #expect(verdict.attention == [.contradictsSuccess, .externalIDConflict])
    }

    @Test func `the same fact in other bytes under one id is a duplicate`() throws {
        let payment = try Self.payment(.success, written: [.success])
        let evidence = Self.evidence(try Self.fact(.success), payment, use: .sameFact)
        let verdict = Self.judge().judge(evidence)
        #expect(verdict.response == .successful)
        #expect(verdict.outcome == .duplicate)
    }

    @Test func `a conflict that a query has resolved raises no entry`() throws {
        for mode in LedgerPolicy.ExternalIDConflict.allCases {
            let verdict = Self.judge { $0.externalIDConflict = mode }.judge(
                Self.evidence(
                    try Self.fact(.cancelled),
                    try Self.payment(.pending),
                    use: .otherFact(try Self.fact(.success, sen: 5)),
                    decided: .resolvedByQuery
                )
            )
            #expect(verdict.outcome == .applied)
            #expect(verdict.attention == [])
        }
    }

    @Test func `a stale callback that is unreadable is stale`() throws {
        var ledger = TestLedger()
        let judgement = try ledger.deliver { ($0.failure, $0.signedSecondsAgo) = (.body, 301) }
        #expect(judgement.outcome == .stale)
        #expect(judgement.response == .successful)
        #expect(ledger.open == ["invalid-callback×1"])
    }
}
