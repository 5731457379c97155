import Ledger
import Payments
import Support
import Testing

@testable import SQLiteStore
@testable import Store

/// Answers find the question that they were asked for, or none.
@Suite struct QuestionNumberTests {
    private func request(_ reference: String) throws -> GenerationRequest {
        GenerationRequest(
            partnerReferenceNo: try #require(Reference(reference)),
            content: GenerationContent(
                amount: try #require(Amount(sen: 1_000_000)),
                feeAmount: try #require(Amount(sen: 0)),
                validity: .standard
            ),
            validityPeriod: "2026-11-22T10:15:00+07:00",
            expiresMilliseconds: TestClock.start + 900_000
        )
    }

    @Test func `an answer to a question that has gone says nothing about the next one`()
        async throws
    {
        let test = try await TestStore { $0.isOutbound = true }
        let first = try #require(Reference("TRX-1"))
        #expect(try await test.store.startGeneration(try request("TRX-1")) == .started)
        let inquiry = try await test.store.reader.inquiry(first)
        #expect(inquiry.paymentID != nil)
        // The gateway refused: the question goes. Another payment raises one of its own.
        try await test.store.finishGeneration(first, .notAccepted("refused"), nil)
        #expect(try await test.store.startGeneration(try request("TRX-2")) == .started)
        let second = try await test.store.reader.inquiry(try #require(Reference("TRX-2")))
        #expect(second.paymentID != inquiry.paymentID)

        let report = GatewayReport(
            partnerReferenceNo: first,
            referenceNo: Reference("PAY-1"),
            status: .success,
            amount: Amount(sen: 1_000_000).map { .exact($0) },
            paidAt: nil
        )
        let receipt = try await test.store.record(
            inquiry,
            .found(report, queried: first, responseCode: "2005100"),
            []
        )
        #expect(receipt.partnerReferenceNo == first)
        #expect(try await test.transaction("TRX-1")?.status == .success)
        #expect(try await test.transaction("TRX-2")?.status == .created)
        #expect(try await test.attention().isEmpty)
    }
}
