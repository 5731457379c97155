import Payments
import Testing

@testable import Reports

/// What differs between a report and the recorded payments.
struct ReportComparisonTests {
    private func report(_ lines: String...) throws -> Report {
        let reading = ReportReading.example.with { $0.columns.fee = .title("Fee") }
        let text = "Reference,Amount,Fee\n" + lines.map { $0 + "\n" }.joined()
        return try Report(csv: Array(text.utf8), reading)
    }

    private func payment(
        _ id: Int64,
        _ reference: String,
        _ status: TransactionStatus = .success,
        rupiah: Int64 = 25_000,
        fee: Int64? = nil,
        refunded: Int64? = nil
    ) -> RecordedPayment {
        RecordedPayment(
            id: id,
            partnerReferenceNo: reference,
            referenceNo: "PAY-\(id)",
            status: status,
            amount: Amount(sen: rupiah * 100),
            refundedAmount: refunded.flatMap { Amount(sen: $0 * 100) },
            fee: fee.flatMap { Amount(sen: $0 * 100) },
            createdMilliseconds: id
        )
    }

    private func kinds(_ result: ReportComparison.Result) -> [ReportDifference.Kind: Int] {
        result.lists.mapValues(\.count).filter { $0.value > 0 }
    }

    @Test(
        arguments: [
            ("A,25000,", .success, nil, nil, nil), ("PAY-1,25000,", .success, nil, nil, nil),
            ("A,25000,175", .success, 175, nil, nil), ("A,25000,175", .success, nil, nil, nil),
            ("A,25000,", .success, 175, nil, nil), ("A,25000,", .refunded, nil, 25_000, nil),
            ("A,-25000,", .refunded, nil, 25_000, nil),
            ("A,-25000,", .success, nil, nil, .amountsDiffer),
            ("A,25001,", .success, nil, nil, .amountsDiffer),
            ("A,25000,176", .success, 175, nil, .feesDiffer),
            ("A,25000,", .pending, nil, nil, .notPaidHere),
            ("A,25000,", .cancelled, nil, nil, .notPaidHere),
            ("B,25000,", .pending, nil, nil, .onlyThere),
        ] as [(String, TransactionStatus, Int64?, Int64?, ReportDifference.Kind?)]
    )
    func `one line and one payment`(
        line: String,
        status: TransactionStatus,
        fee: Int64?,
        refunded: Int64?,
        expected: ReportDifference.Kind?
    ) throws {
        var comparison = ReportComparison(try report(line), entriesMax: 10)
        comparison.add(found: payment(1, "A", status, fee: fee, refunded: refunded))
        let result = comparison.result
        #expect(kinds(result) == (expected.map { [$0: 1] } ?? [:]))
        #expect(result.isEqual == (expected == nil))
        #expect(result.matchingCount == (expected == nil ? 1 : 0))
    }

    @Test func `a period shows what is only here, once`() throws {
        var comparison = ReportComparison(try report("A,25000,", "B,1,"), entriesMax: 10)
        comparison.add(payment(1, "A", fee: 100))
        for _ in 0..<2 { comparison.add(payment(2, "C", rupiah: 10)) }
        comparison.add(payment(3, "D", .pending))
        #expect(comparison.unmatchedReferences.map(\.text) == ["B"])
        let result = comparison.result
        #expect(kinds(result) == [.onlyThere: 1, .onlyHere: 1])
        #expect(result[.onlyHere].entries.map(\.recorded?.partnerReferenceNo) == ["C"])
        #expect(result[.onlyHere].amount == ReportedMoney(sen: 1_000))
        #expect(result.receiver.count == 2)
        #expect(result.receiver.amount == ReportedMoney(sen: 2_501_000))
        #expect(result.receiver.fee == ReportedMoney(sen: 10_000))
        #expect(result.report.count == 2)
        #expect(result.report.amount == ReportedMoney(sen: 2_500_100))
    }

    @Test func `a repeated reference is reported with all its lines`() throws {
        var comparison = ReportComparison(
            try report("A,25000,", "B,1,", "A,-25000,"),
            entriesMax: 10
        )
        comparison.add(found: payment(1, "A"))
        comparison.add(found: payment(2, "B", rupiah: 1))
        let result = comparison.result
        #expect(kinds(result) == [.repeated: 1])
        #expect(result[.repeated].entries.first?.reported.map(\.line) == [2, 4])
        #expect(result[.repeated].amount == ReportedMoney(sen: 0))
    }

    @Test func `leading zeros that the file lacks are named`() throws {
        var comparison = ReportComparison(try report("123,25000,"), entriesMax: 10)
        comparison.add(payment(1, "000123"))
        let result = comparison.result
        #expect(kinds(result) == [.onlyThere: 1, .onlyHere: 1])
        #expect(result[.onlyThere].entries.first?.withLeadingZeros == "000123")
    }

    @Test func `lists are bounded, counts and sums are not`() throws {
        var comparison = ReportComparison(try report("A,1,", "B,2,", "C,3,"), entriesMax: 2)
        for id in 1...5 as ClosedRange<Int64> { comparison.add(payment(id, "X\(id)", rupiah: id)) }
        let result = comparison.result
        #expect(result[.onlyThere].entries.map(\.reported.first?.line) == [2, 3])
        #expect(result[.onlyThere].count == 3)
        #expect(result[.onlyThere].amount == ReportedMoney(sen: 600))
        #expect(result[.onlyHere].entries.count == 2)
        #expect(result[.onlyHere].amount == ReportedMoney(sen: 1_500))
    }
}
