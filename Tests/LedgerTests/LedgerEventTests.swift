import Payments
import Testing

@testable import Ledger

/// The values that events bring, compared and read to their limits.
struct LedgerEventTests {
    // MARK: Content

    private static func content(
        _ status: LatestTransactionStatus = .success,
        partner: String = "PAY-1",
        id: String? = "E-1"
    ) throws -> CallbackContent {
        CallbackContent(
            try CallbackJudgeTests.fact(status, partner: partner),
            marks: SuccessMarks(originalExternalID: id)
        )
    }

    private static func defective(
        _ problem: String = "Bad",
        references: [String] = ["PAY-1"]
    ) -> CallbackContent {
        CallbackContent(
            CallbackContent.Defect(.body, code: "4005600", problem: problem),
            references: references.compactMap { Reference($0) }
        )
    }

    @Test func `contents are equal when fact, marks, defect and references are`() throws {
        #expect(try Self.content() == Self.content())
        #expect(try Self.content() != Self.content(.failed))
        #expect(try Self.content() != Self.content(partner: "PAY-2"))
        #expect(try Self.content() != Self.content(id: "E-2"))
        #expect(Self.defective() == Self.defective())
        #expect(Self.defective() != Self.defective("Worse"))
        #expect(Self.defective() != Self.defective(references: []))
        #expect(try Self.content() != Self.defective(references: ["PAY-1", "G-1"]))
    }

    @Test func `a callback waits for nothing and owns nothing before it is judged`() throws {
        let callback = StoredCallback(
            id: 1,
            paymentID: nil,
            receivedMilliseconds: 0,
            signedMilliseconds: nil,
            externalID: nil,
            signedDigest: SignedDigest(1, 2, 3, 4),
            content: try Self.content(),
            outcome: .invalid,
            response: .invalid
        )
        #expect(!callback.isWaiting)
        #expect(!callback.ownsExternalID)
        #expect(callback.sequence == nil)
    }

    // MARK: Days and ages

    @Test(arguments: [
        // Milliseconds since 1970-01-01 in Jakarta, and the day.
        (0 as Int64, 0 as Int64), (86_399_999, 0), (86_400_000, 1), (-1, -1), (-86_399_999, -1),
        (-86_400_000, -1), (-86_400_001, -2),
    ])
    func `a day begins at midnight in Jakarta, before 1970 too`(milliseconds: Int64, day: Int64) {
        let epoch = ExternalIDKey.start(of: 0)
        #expect(epoch == -25_200_000)
        #expect(ExternalIDKey.day(of: epoch + milliseconds) == day)
    }

    @Test(arguments: [300_000, 300_001, -300_000, -300_001] as [Int64])
    func `the tolerance holds to the millisecond`(age: Int64) {
        let received = CallbackJudgeTests.received
        let isStale = LedgerPolicy().isStale(received - age, received)
        #expect(isStale == (age.magnitude > 300_000))
    }

    @Test func `a policy without outbound is receive-only`() {
        var policy = LedgerPolicy()
        #expect(!policy.canQuery)
        #expect(!policy.rejectsExternalIDConflicts)
        policy.isOutbound = true
        #expect(policy.canQuery)
        #expect(policy.rejectsExternalIDConflicts)
    }

    // MARK: Queries

    @Test func `each queried number has the mark of its own payment`() throws {
        let numbers = ["TRX-1", "PAY-1"].compactMap { Reference($0) }
        let marks = [Inquiry.Mark(paymentID: 1, revision: 4), .init(paymentID: 2, revision: 9)]
        let inquiry = { (other: Inquiry.Mark?) in
            Inquiry(
                paymentID: 1,
                partnerReferenceNo: numbers[0],
                alternative: numbers[1],
                mark: marks[0],
                alternativeMark: other
            )
        }
        #expect(inquiry(marks[1]).mark(of: numbers[0]) == marks[0])
        #expect(inquiry(marks[1]).mark(of: numbers[1]) == marks[1])
        #expect(inquiry(nil).mark(of: numbers[1]) == marks[0])
    }
}
