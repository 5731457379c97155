import Payments
import Testing

@testable import Ledger

/// What the transitions of a payment add up to, and whether a stored payment agrees.
struct TransitionFoldTests {
    private static let ten = Amount(sen: 1_000)
    private static let seven = Amount(sen: 700)

    private static func step(
        _ sequence: Int64,
        _ from: TransactionStatus?,
        _ to: TransactionStatus,
        _ amount: Amount? = ten,
        after previous: Int64? = nil
    ) -> TransitionFold.Step {
        TransitionFold.Step(
            sequence,
            from: from,
            to: to,
            amount: amount,
            previousSequence: previous
        )
    }

    private static func state(
        _ status: TransactionStatus?,
        _ sequence: Int64,
        paid: Amount? = nil,
        refunded: Amount? = nil
    ) -> FeedState {
        var state = FeedState()
        state.status = status
        state.lastSequence = sequence
        state.paidAmount = paid
        state.refundedAmount = refunded
        return state
    }

    private static func problems(
        _ steps: [TransitionFold.Step],
        oldest: Int64 = 1,
        _ stored: FeedState
    ) -> [String] {
        var fold = TransitionFold(oldest: oldest)
        for step in steps { fold.add(step) }
        return fold.problems(of: stored)
    }

    private static let paidAndRefunded = [
        step(2, .created, .pending), step(5, .pending, .success, after: 2),
        step(9, .success, .refunded, seven, after: 5),
    ]

    @Test func `the last transitions to success and refunded set the amounts`() {
        let stored = Self.state(.refunded, 9, paid: Self.ten, refunded: Self.seven)
        #expect(Self.problems(Self.paidAndRefunded, stored) == [])
        #expect(
            Self.problems(Self.paidAndRefunded, Self.state(.success, 5, paid: Self.seven)) == [
                "status is success instead of refunded", "lastSequence is 5 instead of 9",
                "paidAmount is 7.00 instead of 10.00", "refundedAmount is none instead of 7.00",
            ]
        )
    }

    @Test func `a payment without transitions is none, or created`() {
        for status in [nil, TransactionStatus.created] {
            #expect(Self.problems([], Self.state(status, 0)) == [])
        }
        #expect(
            Self.problems([], Self.state(.success, 0, paid: Self.ten)) == [
                "status is success without a transition", "paidAmount is 10.00 instead of none",
            ]
        )
        #expect(
            Self.problems([], Self.state(.pending, 4)) == [
                "lastSequence is 4, there is no transition"
            ]
        )
    }

    @Test func `every transition follows the one before`() {
        let stored = Self.state(.success, 5, paid: Self.ten)
        #expect(
            Self.problems(
                [Self.step(2, nil, .pending), Self.step(5, .pending, .success, after: 3)],
                stored
            ) == ["transition 5 follows 3 instead of 2"]
        )
        #expect(
            Self.problems(
                [Self.step(2, nil, .pending), Self.step(5, .cancelled, .success, after: 2)],
                stored
            ) == ["transition 5 is from cancelled instead of pending"]
        )
        #expect(
            Self.problems([Self.step(5, .pending, .success)], stored) == [
                "transition 5 is from pending instead of none"
            ]
        )
    }

    @Test func `what was cut off is not held against a payment`() {
        let rest = Array(Self.paidAndRefunded.dropFirst(2))
        let stored = Self.state(.refunded, 9, paid: Self.ten, refunded: Self.seven)
        #expect(Self.problems(rest, oldest: 6, stored) == [])
        #expect(Self.problems([], oldest: 10, stored) == [])
        #expect(
            Self.problems([], oldest: 9, stored).first
                == "lastSequence is 9, there is no transition"
        )
        #expect(Self.problems(rest, oldest: 5, stored).first?.contains("follows 5") == true)
    }

    @Test(arguments: [(1 as Int64, 2 as Int64, true), (1, 1, false), (4, 5, true), (4, 4, false)])
    func `all transitions of a payment may have been cut off`(
        last: Int64,
        oldest: Int64,
        isCut: Bool
    ) {
        let stored = Self.state(.success, last, paid: Self.ten)
        let problems = Self.problems([], oldest: oldest, stored)
        #expect(problems.first == (isCut ? nil : "lastSequence is \(last), there is no transition"))
    }

    @Test(
        arguments: [
            // What is left of a payment that was paid 10.00, refunded 7.00 and paid 10.00 again,
            // and what is wrong with a stored one of which both amounts differ.
            ([step(9, .success, .refunded, seven, after: 5)], ["refundedAmount"]),
            ([step(12, .refunded, .success, ten, after: 9)], ["paidAmount"]),
            ([step(12, .refunded, .cancelled, ten, after: 9)], []),
            (
                [
                    step(9, .success, .refunded, seven, after: 5),
                    step(12, .refunded, .success, ten, after: 9),
                ], ["paidAmount", "refundedAmount"]
            ),
        ] as [([TransitionFold.Step], [String])]
    )
    func `an amount is compared where the transition that set it is left`(
        rest: [TransitionFold.Step],
        wrong: [String]
    ) throws {
        let last = try #require(rest.last)
        let stored = Self.state(
            last.to,
            last.sequence,
            paid: Amount(sen: 1),
            refunded: Amount(sen: 2)
        )
        let problems = Self.problems(rest, oldest: rest[0].sequence, stored)
        #expect(problems.map { $0.prefix { $0 != " " } } == wrong.map { $0[...] })
    }
}
