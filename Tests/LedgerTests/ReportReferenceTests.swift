import Payments
import Testing

@testable import Ledger

/// How the references of a gateway's report stand to what was asked and is stored.
struct ReportReferenceTests {
    /// One report, and what is stored.
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

        /// What is stored: pending, or unconfirmed where only a callback waits.
        var payment: Payment? {
            get throws {
                if let stored {
                    return try CallbackJudgeTests.payment(
                        .pending,
                        merchant: stored.merchant,
                        gateway: stored.gateway,
                        isProven: isProven
                    )
                }
                return try claim.map {
                    try CallbackJudgeTests.payment(
                        nil,
                        merchant: $0.partner,
                        gateway: $0.reference,
                        amount: nil,
                        isProven: false
                    )
                }
            }
        }

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

    @Test(arguments: known + guessed + unknown)
    func `a report has to have our references`(_ test: ReferenceCase) throws {
        let claim = try test.claim.map {
            try CallbackJudgeTests.fact(.success, partner: $0.partner, reference: $0.reference)
        }
        let report = try ReportJudgeTests.report(
            .success,
            partner: test.answer.partner,
            reference: test.answer.reference
        )
        let payment = try test.payment
        let evidence = try ReportJudgeTests.evidence(payment, waiting: claim.map { [$0] } ?? [])
        let verdict = ReportJudgeTests.judge().judge(report, evidence)
        let isOurs = test.expected != .mismatch
        #expect((verdict.references != nil) == isOurs)
        #expect((verdict.references == .swapped) == (test.expected == .swapped))
        #expect(verdict.isBelieved == isOurs)
        #expect(verdict.status == (isOurs ? .success : nil))
        #expect(verdict.attention == (isOurs ? [] : [.referenceMismatch]))
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
        let payment = try CallbackJudgeTests.payment(.success, written: [.success])
        let verdict = ReportJudgeTests.judge().judge(
            try ReportJudgeTests.report(status, partner: partner, reference: "G-2"),
            try ReportJudgeTests.evidence(payment)
        )
        #expect(verdict.attention == [attention])
        #expect(verdict.status == nil)
        #expect(verdict.references == nil)
    }
}
