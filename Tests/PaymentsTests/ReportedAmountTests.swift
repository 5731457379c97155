import Payments
import Testing

struct ReportedAmountTests {
    private let fifteen: Amount
    private let fifteenThousand: Amount
    private let other: Amount

    init() throws {
        fifteen = try #require(Amount(sen: 1_500))
        fifteenThousand = try #require(Amount(sen: 1_500_000))
        other = try #require(Amount(sen: 1))
    }

    @Test func `an exact amount is itself, whatever is expected`() {
        let amount = ReportedAmount.exact(fifteen)
        #expect(amount.literal == fifteen)
        #expect(amount.exact == fifteen)
        for expected in [fifteen, other, nil] {
            #expect(amount.reading(equalTo: expected) == fifteen)
        }
    }

    @Test func `an ambiguous amount is the reading that is expected, and no other`() {
        let amount = ReportedAmount.ambiguous(literal: fifteen, thousands: fifteenThousand)
        #expect(amount.literal == fifteen)
        #expect(amount.exact == nil)
        #expect(amount.reading(equalTo: fifteen) == fifteen)
        #expect(amount.reading(equalTo: fifteenThousand) == fifteenThousand)
        #expect(amount.reading(equalTo: other) == nil)
        #expect(amount.reading(equalTo: nil) == nil)
    }
}
