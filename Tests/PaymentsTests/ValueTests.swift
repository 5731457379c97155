import Payments
import Testing

/// The values everything else speaks in.
@Suite struct ValueTests {
    @Test(
        arguments: [
            (0, "0.00"), (1, "0.01"), (10, "0.10"), (100, "1.00"), (1_000_000, "10000.00"),
            (999_999_999_999_999_999, "9999999999999999.99"),
        ] as [(Int64, String)]
    )
    func `an amount is written with two digits of sen`(sen: Int64, text: String) throws {
        #expect(try #require(Amount(sen: sen)).description == text)
    }

    @Test(arguments: [-1, 1_000_000_000_000_000_000] as [Int64])
    func `an amount outside its range is none`(sen: Int64) {
        #expect(Amount(sen: sen) == nil)
    }

    @Test(arguments: [(0, false), (1, true), (64, true), (65, false)])
    func `a reference has 1 to 64 bytes`(count: Int, isOne: Bool) {
        #expect((Reference(String(repeating: "x", count: count)) != nil) == isOne)
    }

    @Test func `a reference holds visible ASCII only`() {
        for byte in UInt8.min...UInt8.max {
            let isVisible = (0x21...0x7E).contains(byte)
            #expect((Reference([0x41, byte].span) != nil) == isVisible, "byte \(byte)")
        }
    }

    @Test(arguments: ["0", "000", "08", "10", "0a", " 0", "٠٠"])
    func `a status code is two digits from 00 to 07`(_ text: String) {
        #expect(LatestTransactionStatus(code: text.utf8.span) == nil)
    }

    @Test(arguments: LatestTransactionStatus.allCases)
    func `every status reads back from its code`(_ status: LatestTransactionStatus) {
        #expect(LatestTransactionStatus(code: status.code.utf8.span) == status)
    }

    @Test func `words read back`() {
        for status in TransactionStatus.allCases {
            #expect(TransactionStatus(word: status.word) == status)
        }
        for outcome in CallbackOutcome.allCases {
            #expect(CallbackOutcome(word: outcome.word) == outcome)
        }
    }
}
