import Payments
import Snap
import Testing

struct AmountTests {
    static let both: [(literal: String, sen: Int64?)] = [
        ("10000.00", 1_000_000), ("10000", 1_000_000), ("1000", 100_000), ("0", 0), ("0.00", 0),
        ("0.01", 1), ("0.1", 10), ("10000.0000", 1_000_000), ("10000.5", 1_000_050),
        ("10000.001", nil), ("0.001", nil), ("0.005", nil), ("0.0000", 0), ("100.10", 10_010),
        ("9999999999999999.99", 999_999_999_999_999_999), ("10000000000000000", nil),
        ("10000000000000000.00", nil), ("9999999999999999.990", 999_999_999_999_999_999),
        ("9999999999999999.999", nil), ("9223372036854775808", nil),
        ("123456789012345678901234567890", nil), ("1.10000000000000000000000000000000", 110),
        ("1.00000000000000000000000000000001", nil), ("", nil), (".", nil), (".5", nil),
        ("5.", nil),
        ("1.2.3", nil), (" 1", nil), ("1 ", nil), ("+1", nil), ("1,000", nil), ("1_000", nil),
        ("0x10", nil), ("١", nil), ("IDR", nil), ("NaN", nil), ("1\0", nil), ("e5", nil),
    ]

    @Test(arguments: both)
    func `strings and numbers without exponent are exact`(literal: String, sen: Int64?) {
        #expect(Self.text(literal) == sen)
        #expect(Self.number(literal) == sen)
    }

    @Test(
        arguments: [
            ("1.0E7", 1_000_000_000), ("1e7", 1_000_000_000), ("1E+7", 1_000_000_000),
            ("1.23456789E7", 1_234_567_890), ("1.23456789E5", nil), ("100000e-3", 10_000),
            ("1e-2", 1), ("1e-3", nil), ("10e-3", 1), ("0e999999999999999999999999", 0),
            ("0.000e-99999999999999999999999", 0), ("1e999999999999999999999", nil),
            ("1e-999999999999999999999", nil), ("9.99999999999999999e15", 999_999_999_999_999_999),
            ("1e16", nil), ("1e15", 100_000_000_000_000_000), ("-0", 0), ("-0.00", 0), ("-0e5", 0),
            ("-1", nil), ("-0.01", nil), ("1e", nil), ("1e+", nil), ("1e5.0", nil), ("1e5e5", nil),
            ("--0", nil), ("-", nil),
        ] as [(String, Int64?)]
    )
    func `numbers may have an exponent, strings may not`(literal: String, sen: Int64?) {
        #expect(Self.number(literal) == sen)
        #expect(Self.text(literal) == nil)
    }

    @Test func `leading zeros of a string and long literals cost no exactness`() {
        #expect(Self.text("00010000.00") == 1_000_000)
        let zeros = String(repeating: "0", count: 60_000)
        #expect(Self.text("7." + zeros) == 700)
        #expect(Self.number("0." + zeros + "7e60001") == 700)
        #expect(Self.number("7" + zeros + "e-60000") == 700)
        #expect(Self.number("7" + zeros) == nil)
    }

    private static func text(_ literal: String) -> Int64? {
        Amount(text: Array(literal.utf8).span)?.sen
    }

    private static func number(_ literal: String) -> Int64? {
        Amount(number: Array(literal.utf8).span)?.sen
    }
}
