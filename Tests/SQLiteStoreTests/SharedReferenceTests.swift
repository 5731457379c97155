import Ledger
import Payments
import Testing

@testable import SQLiteStore
@testable import Store

/// Payments that share a reference: what is decided about one may concern the others.
@Suite struct SharedReferenceTests {
    @Test func `what only the gateway's number was read of goes to the payment that has it`()
        async throws
    {
        let test = try await TestStore()
        let reference = try #require(Reference("PAY-1"))
        try await test.deliver {
            $0.salt = "half"
            $0.content = CallbackContent(
                CallbackContent.Defect(
                    .body,
                    code: "4005602",
                    problem: "Invalid Mandatory Field X"
                ),
                references: [reference]
            )
        }
        try await test.deliver(TestDelivery().delivery)
        #expect(try await test.store.reader.attention(1)?.partnerReferenceNo == "PAY-1")
        // Named by the merchant's number alone.
        var decision = OperatorDecision(note: "", name: "ops", accept: .refunded)
        decision.amount = Amount(sen: 1_000_000)
        _ = try await test.store.accept(try #require(Reference("TRX-1")), decision)
        #expect(try await test.store.reader.attention(1)?.partnerReferenceNo == "TRX-1")
    }
}
