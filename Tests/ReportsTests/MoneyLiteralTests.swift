import Testing

@testable import Reports

/// Amounts as spreadsheets write them.
struct MoneyLiteralTests {
    private func literal(_ text: String, isWhole: Bool = true) -> MoneyLiteral? {
        MoneyLiteral(Array(text.utf8)[...], isWhole: isWhole)
    }

    /// Literals with one reading: sen, and the decimal mark that they prove.
    @Test(
        arguments: [
            ("25000", 2_500_000, nil), ("0", 0, nil), ("0.000", 0, nil),
            ("25.000,00", 2_500_000, .comma),
            ("25,000.00", 2_500_000, .point), ("25000.00", 2_500_000, .point),
            ("25000,00", 2_500_000, .comma), ("25000,5", 2_500_050, .comma),
            ("1.234.567", 123_456_700, .comma), ("1,234,567", 123_456_700, .point),
            ("1.234.567,89", 123_456_789, .comma), ("1,234,567.8", 123_456_780, .point),
            ("25000.000", 2_500_000, .point), ("25000,000", 2_500_000, .comma),
            ("25 000", 2_500_000, nil), ("25\u{a0}000,00", 2_500_000, .comma),
            ("1\u{202f}234\u{202f}567", 123_456_700, nil), ("25'000.00", 2_500_000, .point),
            ("Rp 25.000,00", 2_500_000, .comma), ("Rp25000", 2_500_000, nil),
            ("Rp. 25.000,-", 2_500_000, .comma), ("rp 25000,--", 2_500_000, .comma),
            ("IDR 25,000.00", 2_500_000, .point), ("25000 IDR", 2_500_000, nil),
            ("25.000,00 Rp", 2_500_000, .comma), ("'25000", 2_500_000, nil),
            ("-25000", -2_500_000, nil), ("(25.000,00)", -2_500_000, .comma),
            ("25000-", -2_500_000, nil), ("-Rp 25.000,00", -2_500_000, .comma),
            ("Rp -25000", -2_500_000, nil), ("(Rp 25000)", -2_500_000, nil),
            ("\u{2212}25000", -2_500_000, nil), ("+25000", 2_500_000, nil),
            // Sen in an amount of whole rupiah: only thousands are possible.
            ("7.500", 750_000, .comma), ("7,500", 750_000, .point), ("1.755", 175_500, .comma),
            ("007.500", 750, .point), ("0.50", 50, .point),
        ] as [(String, Int64, DecimalMark?)]
    )
    func `an amount has one reading`(text: String, sen: Int64, mark: DecimalMark?) {
        let literal = literal(text)
        #expect(literal?.reading == .one(sen))
        #expect(literal?.provenMark == mark)
    }

    @Test(
        arguments: [
            ("25.000", 2_500_000, 2_500, .point), ("25,000", 2_500_000, 2_500, .comma),
            ("Rp 100.000", 10_000_000, 10_000, .point), ("-1.000", -100_000, -100, .point),
        ] as [(String, Int64, Int64, DecimalMark)]
    )
    func `three digits behind one mark are thousands or decimals`(
        text: String,
        thousands: Int64,
        decimals: Int64,
        mark: DecimalMark
    ) {
        #expect(
            literal(text)?.reading
                == .two(
                    thousands: ReportedMoney(sen: thousands),
                    decimals: ReportedMoney(sen: decimals),
                    mark: mark
                )
        )
    }

    /// A fee may have sen, but never three decimals.
    @Test func `a fee of 7,500 can be seven and a half rupiah`() {
        #expect(
            literal("7.500", isWhole: false)?.reading
                == .two(
                    thousands: ReportedMoney(sen: 750_000),
                    decimals: ReportedMoney(sen: 750),
                    mark: .point
                )
        )
        #expect(literal("1.755", isWhole: false)?.provenMark == .comma)
    }

    @Test(arguments: [
        "", "-", "abc", "Rp", "25.00.00", "1.23.456", "25,000,00", "12.345.67", "1.234,567",
        "25000.123", "25 00", "2 5000", "--5", "(5", "5)", "1e5", "1,234.567.890", ".5", "5.",
        "25..000", "1234567890123456", "25.000.-", "USD 25", "25%", "-(25)", "1.234 567",
        "1'234,5 6",
    ])
    func `anything else is no amount`(text: String) { #expect(literal(text) == nil) }
}
