import Payments
import Testing

@testable import Ledger

// Rows 7 to 9 and 11 to 13.
extension CallbackJudgeTests {
    // MARK: Row 11

    @Test func `unknown transactions can be rejected`() throws {
        let judge = Self.judge { $0.unknownTransactions = .reject }
        let verdict = judge.judge(Self.evidence(try Self.fact(.success)))
        #expect(verdict.response == .transactionNotFound)
        #expect(verdict.attention == [.unknownTransaction])
        #expect(verdict.needsQuery)
    }

    @Test(arguments: [
        (LedgerPolicy.ReferenceRoles.auto, ReferenceOrder.cashIn, true),
        (.cashIn, .cashIn, false),
        (.snap, .snap, false),
    ])
    func `an unknown transaction is made in the configured order`(
        roles: LedgerPolicy.ReferenceRoles,
        order: ReferenceOrder,
        isGuess: Bool
    ) throws {
        let judge = Self.judge { $0.referenceRoles = roles }
        let verdict = judge.judge(Self.evidence(try Self.fact(.success)))
        #expect(verdict.effect == .create(.success, order, isGuess: isGuess))
    }

    @Test func `auto follows the order that a generated transaction last proved`() throws {
        let evidence = Self.evidence(try Self.fact(.success), corroboratedOrder: .snap)
        let verdict = Self.judge().judge(evidence)
        #expect(verdict.effect == .create(.success, .snap, isGuess: true))
    }

    @Test func `not found creates nothing`() throws {
        let verdict = Self.judge().judge(Self.evidence(try Self.fact(.notFound)))
        #expect(verdict.outcome == .ignored)
        #expect(verdict.effect == .nothing)
    }

    // MARK: Row 12

    @Test(
        arguments: [LatestTransactionStatus.success, .refunded],
        [999_999, 1_000_001] as [Int64]
    )
    func `another amount than expected is refused for success and refund`(
        _ status: LatestTransactionStatus,
        sen: Int64
    ) throws {
        for current in [TransactionStatus.created, .pending, .cancelled, .failed] {
            let payment = try Self.payment(current)
            let verdict = Self.judge().judge(
                Self.evidence(try Self.fact(status, sen: sen), payment)
            )
            #expect(verdict.response == .invalidAmount)
            #expect(verdict.outcome == .mismatch)
            #expect(verdict.attention == [.amountMismatch])
            #expect(verdict.effect == .nothing)
        }
    }

    @Test(arguments: [LatestTransactionStatus.pending, .cancelled, .failed])
    func `another amount is no obstacle for other statuses`(
        _ status: LatestTransactionStatus
    ) throws {
        let payment = try Self.payment(.pending)
        let verdict = Self.judge().judge(Self.evidence(try Self.fact(status, sen: 5), payment))
        #expect(verdict.outcome == .applied)
        #expect(verdict.attention == [])
    }

    @Test(arguments: [(999_999 as Int64, true), (1_000_000, true), (700_000, false)])
    func `a refund is compared with the paid amount, not the expected one`(
        sen: Int64,
        isMismatch: Bool
    ) throws {
        var payment = try Self.payment(.success, written: [.success])
        payment.paidAmount = Amount(sen: 700_000)
        let verdict = Self.judge().judge(
            Self.evidence(try Self.fact(.refunded, sen: sen), payment)
        )
        #expect(verdict.response == (isMismatch ? .invalidAmount : .successful))
        #expect(verdict.attention == [isMismatch ? .amountMismatch : .unconfirmedRefund])
    }

    @Test func `flag accepts another amount and puts it on the attention list`() throws {
        let judge = Self.judge { $0.amountMismatch = .flag }
        let payment = try Self.payment(.pending)
        let verdict = judge.judge(Self.evidence(try Self.fact(.success, sen: 5), payment))
        #expect(verdict.effect == .advance(to: .success, .snap))
        #expect(verdict.attention == [.amountMismatch])
    }

    @Test(arguments: LedgerPolicy.AmountMismatch.allCases)
    func `a second success of another amount may be a second payment`(
        _ mode: LedgerPolicy.AmountMismatch
    ) throws {
        let judge = Self.judge { $0.amountMismatch = mode }
        let payment = try Self.payment(.success, written: [.success])
        let verdict = judge.judge(Self.evidence(try Self.fact(.success, sen: 5), payment))
        #expect(verdict.response == .successful)
        #expect(verdict.outcome == .replayed)
        #expect(verdict.attention == [.possibleSecondPayment])
    }

    // MARK: Proven and unproven

    @Test(arguments: [
        (LedgerPolicy.ConfirmWithQuery.never, false, LatestTransactionStatus.success, true),
        (.unproven, true, .success, true),
        (.unproven, false, .success, false),
        (.unproven, false, .cancelled, false),
        (.always, true, .success, false),
        (.always, true, .cancelled, true),
        (.always, false, .cancelled, false),
    ])
    func `which callbacks wait for a query`(
        _ mode: LedgerPolicy.ConfirmWithQuery,
        isProven: Bool,
        _ status: LatestTransactionStatus,
        isApplied: Bool
    ) throws {
        let judge = Self.judge { $0.confirmWithQuery = mode }
        let payment = try Self.payment(.pending, isProven: isProven)
        let verdict = judge.judge(Self.evidence(try Self.fact(status), payment))
        #expect(verdict.response == .successful)
        #expect((verdict.outcome == .applied) == isApplied)
        #expect(verdict.needsQuery == !isApplied)
    }

    @Test(arguments: LedgerPolicy.ConfirmWithQuery.allCases)
    func `money without an amount waits in every mode`(
        _ mode: LedgerPolicy.ConfirmWithQuery
    ) throws {
        let judge = Self.judge { $0.confirmWithQuery = mode }
        for payment in [nil, try Self.payment(.pending)] {
            let verdict = judge.judge(
                Self.evidence(try Self.fact(.success, sen: nil), payment)
            )
            #expect(verdict.response == .successful)
            #expect(verdict.outcome == .awaitingQuery)
            #expect(verdict.effect == .nothing)
            #expect(verdict.needsQuery)
            #expect(verdict.attention == [])
        }
    }

    @Test func `an unproven callback creates nothing`() throws {
        let judge = Self.judge { $0.confirmWithQuery = .unproven }
        let verdict = judge.judge(Self.evidence(try Self.fact(.success)))
        #expect(verdict.response == .successful)
        #expect(verdict.outcome == .awaitingQuery)
        #expect(verdict.effect == .nothing)
        #expect(verdict.attention == [])
    }

    @Test func `the attention list holds what waits when no query can be sent`() throws {
        for change in [\LedgerPolicy.isOutbound, \.isReconciling] {
            let judge = Self.judge {
                $0.confirmWithQuery = .unproven
                $0[keyPath: change] = false
            }
            let verdict = judge.judge(Self.evidence(try Self.fact(.success)))
            #expect(verdict.attention == [.unconfirmedCallback])
        }
    }

    @Test func `a callback for a created transaction waits`() throws {
        let payment = try Self.payment(.created, gateway: nil)
        let verdict = Self.judge().judge(Self.evidence(try Self.fact(.success), payment))
        #expect(verdict.outcome == .awaitingQuery)
        #expect(verdict.effect == .nothing)
    }

    // MARK: Rows 3 to 5 and 7 to 9

    @Test(arguments: [
        (DeliveryFailure.headers, CallbackResponse.invalid, CallbackOutcome.invalid),
        (.body, .invalid, .invalid), (.partner, .unauthorized, .refused),
    ])
    func `an unreadable callback is on the attention list and queried, but not another's`(
        _ failure: DeliveryFailure,
        response: CallbackResponse,
        outcome: CallbackOutcome
    ) {
        let verdict = Self.judge().judge(
            CallbackEvidence(
                content: CallbackContent(
                    CallbackContent.Defect(failure, code: "4005602", problem: "Invalid"),
                    references: []
                ),
                receivedMilliseconds: Self.received,
                signedMilliseconds: Self.received,
                externalIDUse: .free,
                target: .unreadable,
                decisions: [],
                corroboratedOrder: nil
            )
        )
        #expect(verdict.response == response)
        #expect(verdict.outcome == outcome)
        #expect(verdict.attention == (failure == .partner ? [] : [.invalidCallback]))
        #expect(verdict.needsQuery == (failure != .partner))
    }

    @Test func `without an expected amount every amount passes`() throws {
        let payment = try Self.payment(.pending, amount: nil)
        for status in [LatestTransactionStatus.success, .cancelled] {
            let verdict = Self.judge().judge(Self.evidence(try Self.fact(status, sen: 5), payment))
            #expect(verdict.outcome == .applied)
            #expect(verdict.attention == [])
        }
    }

    @Test(arguments: [nil, "10:00"], [nil, "E-1"])
    func `a paid payment adopts the marks that it lacks`(time: String?, id: String?) throws {
        var payment = try Self.payment(.success, written: [.success])
        payment.paid = Self.marks(time, id)
        for (otherTime, otherID) in [(nil, nil), ("10:00", nil), (nil, "E-1"), ("10:00", "E-1")] {
            let marks = Self.marks(otherTime, otherID)
            let verdict = Self.judge().judge(
                Self.evidence(try Self.fact(.success), payment, marks: marks)
            )
            let isLacking = (time == nil && otherTime != nil) || (id == nil && otherID != nil)
            #expect(verdict.effect == (isLacking ? .adoptMarks : .nothing))
        }
    }

    private static func marks(_ time: String?, _ id: String?) -> SuccessMarks {
        SuccessMarks(
            time: time.map { GatewayTime(text: $0, milliseconds: nil) },
            originalExternalID: id
        )
    }
}
