import Payments
import Snap
import Testing

struct ReportedAmountTests {
    @Test(
        arguments: [
            ("1.000", 100_000), ("15.000", 1_500_000), ("150.000", 15_000_000),
            ("999.000", 99_900_000), ("100.000", 10_000_000),
        ] as [(String, Int64)]
    )
    func `one to three digits with a fraction of three zeros may be thousands`(
        literal: String,
        thousands: Int64
    ) throws {
        let expected = ReportedAmount.ambiguous(
            literal: try #require(Amount(sen: thousands / 1_000)),
            thousands: try #require(Amount(sen: thousands))
        )
        #expect(Self.text(literal) == expected)
        #expect(Self.number(literal) == expected)
    }

    @Test(
        arguments: [
            ("15000", 1_500_000), ("15000.00", 1_500_000), ("15.00", 1_500), ("15.0", 1_500),
            ("15.0000", 1_500), ("1500.000", 150_000), ("0.000", 0), ("015.000", 1_500),
            ("15.500", 1_550), ("15.010", 1_501), ("15000.000", 1_500_000), ("15", 1_500),
            ("0", 0), ("15000.", nil), (".000", nil), ("15.000.000", nil), ("15,000", nil),
            ("15.001", nil), ("-15.000", nil), ("", nil), ("1:.000", nil),
        ] as [(String, Int64?)]
    )
    func `every other amount is exact or none`(literal: String, sen: Int64?) {
        let expected = sen.flatMap { Amount(sen: $0) }.map { ReportedAmount.exact($0) }
        #expect(Self.text(literal) == expected)
        #expect(Self.number(literal) == expected)
    }

    @Test func `a number with an exponent is exact`() {
        #expect(Self.number("15.000E3") == Amount(sen: 1_500_000).map { .exact($0) })
        #expect(Self.text("15.000E3") == nil)
    }

    private static func text(_ literal: String) -> ReportedAmount? {
        ReportedAmount(text: Array(literal.utf8).span)
    }

    private static func number(_ literal: String) -> ReportedAmount? {
        ReportedAmount(number: Array(literal.utf8).span)
    }
}
