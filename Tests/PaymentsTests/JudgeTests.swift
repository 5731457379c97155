import Payments
import Testing

/// Rows 6 to 13 of the checks table of contract section 4.
@Suite struct JudgeTests {
    static let received: Int64 = 1_700_000_000_000

    /// A transaction M-1 / G-1 of 10000.00, as the tests vary it.
    static func state(
        _ status: TransactionStatus,
        merchant: String = "M-1",
        gateway: String? = "G-1",
        amount: Int64? = 1_000_000,
        isProven: Bool = true,
        applied: StatusCodeSet = [],
        id: Int64 = 1
    ) throws -> TransactionState {
        TransactionState(
            id: id,
            partnerReferenceNo: try #require(Reference(merchant)),
            referenceNo: gateway.flatMap { Reference($0) },
            status: status,
            applied: applied,
            expectedAmount: amount.flatMap { Amount(sen: $0) },
            isProven: isProven
        )
    }

    static func fact(
        _ status: LatestTransactionStatus,
        partner: String = "M-1",
        reference: String = "G-1",
        sen: Int64 = 1_000_000
    ) throws -> Fact {
        Fact(
            pair: ReferencePair(
                originalPartnerReferenceNo: try #require(Reference(partner)),
                originalReferenceNo: try #require(Reference(reference))
            ),
            status: status,
            amount: try #require(Amount(sen: sen))
        )
    }

    static func evidence(
        _ fact: Fact?,
        candidates: [TransactionState] = [],
        signedSecondsAgo: Int64 = 0,
        use: Evidence.ExternalIDUse = .free,
        isSettled: Bool = false
    ) -> Evidence {
        Evidence(
            fact: fact,
            receivedMilliseconds: received,
            signedMilliseconds: received - signedSecondsAgo * 1_000,
            externalIDUse: use,
            isSettled: isSettled,
            candidates: candidates
        )
    }

    static func judge(_ change: (inout JudgePolicy) -> Void = { _ in }) -> Judge {
        var policy = JudgePolicy()
        policy.confirmWithQuery = .never
        policy.canQuery = true
        change(&policy)
        return Judge(policy: policy)
    }

    // MARK: Row 6

    @Test(arguments: [-301, -300, 0, 300, 301] as [Int64])
    func `the tolerance is 300 seconds to both sides, inclusive`(_ seconds: Int64) throws {
        let verdict = Self.judge().judge(
            Self.evidence(try Self.fact(.success), signedSecondsAgo: seconds)
        )
        #expect((verdict.outcome == .stale) == (abs(seconds) > 300))
        #expect(verdict.answer == .successful)
    }

    @Test func `tolerance 0 checks no timestamp`() throws {
        let judge = Self.judge { $0.timestampToleranceSeconds = 0 }
        let verdict = judge.judge(
            Self.evidence(try Self.fact(.success), signedSecondsAgo: 1_000_000_000)
        )
        #expect(verdict.outcome == .applied)
    }

    @Test func `a stale callback is refused when the merchant says so, and asked about`() throws {
        let judge = Self.judge { $0.staleTimestamp = .reject }
        let verdict = judge.judge(
            Self.evidence(try Self.fact(.success), signedSecondsAgo: 301)
        )
        #expect(verdict.answer == .unauthorized)
        #expect(verdict.outcome == .stale)
        #expect(verdict.needsQuery)
        #expect(verdict.attention == [.staleCallback])
        #expect(verdict.effect == .nothing)
    }

    @Test func `a late repetition of a fact that stands is no stale callback`() throws {
        let state = try Self.state(.success, applied: StatusCodeSet(.success))
        let judge = Self.judge { $0.staleTimestamp = .reject }
        let verdict = judge.judge(
            Self.evidence(
                try Self.fact(.success),
                candidates: [state],
                signedSecondsAgo: 86_400
            )
        )
        #expect(verdict.answer == .successful)
        #expect(verdict.outcome == .replayed)
    }

    // MARK: Row 10

    @Test func `another fact under a used external id is a conflict`() throws {
        let verdict = Self.judge().judge(Self.evidence(try Self.fact(.success), use: .otherFact))
        #expect(verdict.answer == .conflict)
        #expect(verdict.outcome == .conflict)
        #expect(verdict.attention == [.externalIDConflict])
        #expect(verdict.needsQuery)
        #expect(verdict.effect == .nothing)
    }

    @Test func `a conflict that a query has settled is answered 2005600`() throws {
        let state = try Self.state(.success, applied: StatusCodeSet(.success))
        let verdict = Self.judge().judge(
            Self.evidence(
                try Self.fact(.success),
                candidates: [state],
                use: .otherFact,
                isSettled: true
            )
        )
        #expect(verdict.answer == .successful)
    }

    @Test func `flag lets a conflict through the status table, onto the attention list`() throws {
        let judge = Self.judge { $0.externalIDConflict = .flag }
        let verdict = judge.judge(Self.evidence(try Self.fact(.success), use: .otherFact))
        #expect(verdict.answer == .successful)
        #expect(verdict.outcome == .applied)
        #expect(verdict.attention == [.externalIDConflict])
    }

    @Test func `the same fact in other bytes under one id is a duplicate`() throws {
        let state = try Self.state(.success, applied: StatusCodeSet(.success))
        let verdict = Self.judge().judge(
            Self.evidence(try Self.fact(.success), candidates: [state], use: .sameFact)
        )
        #expect(verdict.answer == .successful)
        #expect(verdict.outcome == .duplicate)
    }

    // MARK: Row 11

    @Test func `unknown transactions can be rejected`() throws {
        let judge = Self.judge { $0.unknownTransactions = .reject }
        let verdict = judge.judge(Self.evidence(try Self.fact(.success)))
        #expect(verdict.answer == .transactionNotFound)
        #expect(verdict.attention == [.unknownTransaction])
        #expect(verdict.needsQuery)
    }

    @Test(arguments: [
        (JudgePolicy.ReferenceRoles.auto, ReferenceOrder.cashIn, true),
        (.cashIn, .cashIn, false),
        (.snap, .snap, false),
    ])
    func `an unknown transaction is made in the configured order`(
        roles: JudgePolicy.ReferenceRoles,
        order: ReferenceOrder,
        isAssumed: Bool
    ) throws {
        let judge = Self.judge { $0.referenceRoles = roles }
        let verdict = judge.judge(Self.evidence(try Self.fact(.success)))
        let expected = VerdictEffect.create(order: order, to: .success, rolesAssumed: isAssumed)
        #expect(verdict.effect == expected)
    }

    @Test func `auto follows the order that a generated transaction last proved`() throws {
        var evidence = Self.evidence(try Self.fact(.success))
        evidence.provenOrder = .snap
        let verdict = Self.judge().judge(evidence)
        #expect(verdict.effect == .create(order: .snap, to: .success, rolesAssumed: true))
    }

    @Test func `not found creates nothing`() throws {
        let verdict = Self.judge().judge(Self.evidence(try Self.fact(.notFound)))
        #expect(verdict.outcome == .ignored)
        #expect(verdict.effect == .nothing)
    }

    // MARK: Row 12

    @Test(arguments: [LatestTransactionStatus.success, .refunded])
    func `another amount than expected is refused for success and refund`(
        _ status: LatestTransactionStatus
    ) throws {
        let state = try Self.state(.pending)
        let verdict = Self.judge().judge(
            Self.evidence(try Self.fact(status, sen: 1_000_001), candidates: [state])
        )
        #expect(verdict.answer == .invalidAmount)
        #expect(verdict.outcome == .mismatch)
        #expect(verdict.attention == [.amountMismatch])
        #expect(verdict.effect == .nothing)
    }

    @Test(arguments: [LatestTransactionStatus.pending, .cancelled, .failed])
    func `another amount is no obstacle for other statuses`(
        _ status: LatestTransactionStatus
    ) throws {
        let state = try Self.state(.pending)
        let verdict = Self.judge().judge(
            Self.evidence(try Self.fact(status, sen: 5), candidates: [state])
        )
        #expect(verdict.outcome == .applied)
    }

    @Test func `flag accepts another amount and puts it on the attention list`() throws {
        let judge = Self.judge { $0.amountMismatch = .flag }
        let state = try Self.state(.pending)
        let verdict = judge.judge(
            Self.evidence(try Self.fact(.success, sen: 5), candidates: [state])
        )
        #expect(verdict.effect == .advance(state, to: .success, order: .snap))
        #expect(verdict.attention == [.amountMismatch])
    }

    @Test func `a second success of another amount may be a second payment`() throws {
        let judge = Self.judge { $0.amountMismatch = .flag }
        let state = try Self.state(.success, applied: StatusCodeSet(.success))
        let verdict = judge.judge(
            Self.evidence(try Self.fact(.success, sen: 5), candidates: [state])
        )
        #expect(verdict.outcome == .replayed)
        #expect(verdict.attention == [.possibleSecondPayment])
    }

    // MARK: Proven and unproven

    @Test(arguments: [
        (JudgePolicy.ConfirmWithQuery.never, false, LatestTransactionStatus.success, true),
        (.unproven, true, .success, true),
        (.unproven, false, .success, false),
        (.unproven, false, .cancelled, false),
        (.always, true, .success, false),
        (.always, true, .cancelled, true),
        (.always, false, .cancelled, false),
    ])
    func `which callbacks wait for a query`(
        _ mode: JudgePolicy.ConfirmWithQuery,
        isProven: Bool,
        _ status: LatestTransactionStatus,
        isApplied: Bool
    ) throws {
        let judge = Self.judge { $0.confirmWithQuery = mode }
        let state = try Self.state(.pending, isProven: isProven)
        let verdict = judge.judge(Self.evidence(try Self.fact(status), candidates: [state]))
        #expect(verdict.answer == .successful)
        #expect((verdict.outcome == .applied) == isApplied)
        #expect(verdict.needsQuery == !isApplied)
    }

    @Test func `an unproven callback creates nothing`() throws {
        let judge = Self.judge { $0.confirmWithQuery = .unproven }
        let verdict = judge.judge(Self.evidence(try Self.fact(.success)))
        #expect(verdict.answer == .successful)
        #expect(verdict.outcome == .awaitingQuery)
        #expect(verdict.effect == .nothing)
        #expect(verdict.attention == [])
    }

    @Test func `the attention list holds what waits when no query can be asked`() throws {
        let judge = Self.judge {
            $0.confirmWithQuery = .unproven
            $0.canQuery = false
        }
        let verdict = judge.judge(Self.evidence(try Self.fact(.success)))
        #expect(verdict.attention == [.unconfirmedCallback])
    }

    @Test func `a callback for a created transaction waits`() throws {
        let state = try Self.state(.created, gateway: nil)
        let verdict = Self.judge().judge(
            Self.evidence(try Self.fact(.success), candidates: [state])
        )
        #expect(verdict.outcome == .awaitingQuery)
        #expect(verdict.effect == .nothing)
    }

    @Test func `an unreadable body is invalid, on the attention list, and asked about`() {
        let verdict = Self.judge().judge(Self.evidence(nil))
        #expect(verdict.answer == .invalid)
        #expect(verdict.outcome == .invalid)
        #expect(verdict.attention == [.invalidCallback])
        #expect(verdict.needsQuery)
    }
}
