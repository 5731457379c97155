import APIModel
import Ledger
import Payments
import SQLiteFiles
import SQLiteStore
import Store
import Support
import Synchronization
import Testing

@testable import Evidence

/// Stores with something to collect.
enum EvidenceStore {
    static let start: Int64 = 1_795_316_400_000

    /// A store with so many callbacks about one payment, in different bytes.
    static func make(
        in directory: TemporaryDirectory,
        callbacks count: Int,
        bodyBytes: Int = 20
    ) async throws -> Store {
        var policy = LedgerPolicy()
        policy.confirmWithQuery = .never
        let store = try Store(
            database: try DatabaseLock.acquire(
                "\(directory.path)/receiver.db",
                whenAbsent: .created
            ),
            policy: policy,
            rejectedKept: 10,
            hooks: Store.Hooks(),
            render: TransitionText.append,
            now: { start }
        )
        try await store.prepare()
        let deliveries = try (0..<count).map { try delivery($0, bodyBytes: bodyBytes) }
        let open = Mutex(count)
        await withCheckedContinuation { continuation in
            for delivery in deliveries {
                store.submit(delivery) { _ in
                    let isLast = open.withLock { open in
                        open -= 1
                        return open == 0
                    }
                    if isLast { continuation.resume() }
                }
            }
        }
        return store
    }

    private static func delivery(_ number: Int, bodyBytes: Int) throws -> Delivery {
        let text = "\(number) "
        let body = Array(text.utf8) + [UInt8](repeating: 0x78, count: bodyBytes - text.utf8.count)
        let fact = Fact(
            pair: ReferencePair(
                originalPartnerReferenceNo: try #require(Reference("PAY-1")),
                originalReferenceNo: try #require(Reference("TRX-1"))
            ),
            status: .success,
            amount: Amount(sen: 1_000_000)
        )
        return Delivery(
            receivedMilliseconds: start + Int64(number),
            client: "203.0.113.7",
            head: Array("POST / HTTP/1.1\r\nHost: h\r\n\r\n".utf8),
            body: body,
            externalID: "id-\(number)",
            timestamp: "T\(number)",
            signedMilliseconds: start,
            signedDigest: SignedDigest(UInt64(Int64(number)), 0, 0, 0),
            verification: Delivery.Verification(
                path: "/v1.0/debit/notify",
                bodyForm: "raw",
                keyFingerprint: "ab12"
            ),
            content: CallbackContent(fact, marks: SuccessMarks())
        )
    }
}
