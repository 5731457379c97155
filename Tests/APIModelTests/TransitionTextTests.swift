import Ledger
import Payments
import Support
import Testing

@testable import APIModel
@testable import Store

/// The JSON of the feed, written in one pass.
@Suite struct TransitionTextTests {
    private func check(_ record: TransitionRecord) {
        var written: [UInt8] = []
        TransitionText.append(record, to: &written)
        let expected = JSON.encode(TransitionRepresentation(record))
        #expect(written == expected, "\(String(decoding: written, as: UTF8.self))")
        #expect(!written.contains { $0 < 0x20 }, "one line, whatever is in it")
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `it is what the general encoder writes, byte for byte`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        check(try RandomRecord.make(&random))
    }

    @Test func `every character of a text is written as the encoder does`() throws {
        var random = SplitMix64(seed: 1)
        let low = (0..<0x300 as Range<UInt32>).compactMap { Unicode.Scalar($0) }
        let more = "\u{2028}\u{2029}\u{FEFF}\u{FFFD}😀e\u{301}\r\n".unicodeScalars
        for scalar in low + Array(more) {
            check(try RandomRecord.make(&random, note: "a\(Character(scalar))b"))
        }
        check(try RandomRecord.make(&random, note: String(String.UnicodeScalarView(low))))
        check(try RandomRecord.make(&random, note: ""))
    }
}

/// Transitions with anything in them.
private enum RandomRecord {
    static func make(
        _ random: inout SplitMix64,
        note: String? = nil
    ) throws -> TransitionRecord {
        func maybe<Value>(_ value: Value) -> Value? {
            Bool.random(using: &random) ? value : nil
        }
        let statuses = TransactionStatus.allCases
        let latest = LatestTransactionStatus.allCases
        let sources: [TransitionSource] = [.notify, .query, .generate, .operator, .expiry]
        let milliseconds = Int64.random(in: -1_000_000...4_000_000_000_000, using: &random)
        let time = GatewayTime(
            text: "2026-11-22 \"10\"",
            milliseconds: maybe(milliseconds / 7)
        )
        return TransitionRecord(
            sequence: Int64.random(in: 1...Int64.max, using: &random),
            partnerReferenceNo: "TRX/\\\"-\(milliseconds)",
            referenceNo: maybe("PAY<&>'\u{7F}"),
            from: maybe(statuses.randomElement(using: &random) ?? .success),
            to: statuses.randomElement(using: &random) ?? .success,
            latestStatus: latest.randomElement(using: &random) ?? .success,
            amount: maybe(
                try #require(Amount(sen: Int64.random(in: 0...Amount.senMax, using: &random)))
            ),
            source: sources.randomElement(using: &random) ?? .notify,
            externalID: maybe("3fa8-\t"),
            callbackID: maybe(Int64.random(in: 1...Int64.max, using: &random)),
            paidAt: maybe(time),
            recordedMilliseconds: milliseconds,
            operatorName: maybe("ops"),
            note: note ?? maybe("a note")
        )
    }
}
