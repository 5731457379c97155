import APIModel
import Ledger
import Payments
import SQLite
import SQLiteFiles
import SQLiteStore
import Store
import Support
import Testing

@testable import InternalAPI

/// A store whose feed has the transitions that a test wants.
final class SmallFeed: Sendable {
    private let directory: Support.TemporaryDirectory
    let store: Store

    init() async throws {
        directory = try Support.TemporaryDirectory()
        var policy = LedgerPolicy()
        policy.confirmWithQuery = .never
        store = try Store(
            database: try DatabaseLock.acquire(
                directory.file("receiver.db"),
                whenAbsent: .created
            ),
            policy: policy,
            rejectedKept: 10,
            render: TransitionText.append,
            now: { 0 }
        )
        try await store.prepare()
    }

    /// Appends a payment of its own for each status.
    func add(_ statuses: [LatestTransactionStatus]) async throws {
        for status in statuses {
            let number = store.window.head + 1
            let delivery = try delivery(number, status)
            let result = await withCheckedContinuation { continuation in
                store.submit(delivery) { continuation.resume(returning: $0) }
            }
            #expect(try result.get().sequence == number)
        }
    }

    private func delivery(
        _ number: Int64,
        _ status: LatestTransactionStatus
    ) throws -> Delivery {
        let pair = ReferencePair(
            originalPartnerReferenceNo: try #require(Reference("PAY-\(number)" as String)),
            originalReferenceNo: try #require(Reference("TRX-\(number)" as String))
        )
        let amount = try #require(Amount(sen: 100))
        return Delivery(
            receivedMilliseconds: number,
            client: "127.0.0.1",
            head: [],
            body: Array("\(number)".utf8),
            externalID: "id-\(number)",
            timestamp: "T\(number)",
            signedMilliseconds: number,
            signedDigest: SignedDigest(UInt64(number), 0, 0, 0),
            verification: Delivery.Verification(path: "/", bodyForm: "raw", keyFingerprint: ""),
            content: CallbackContent(
                Fact(pair: pair, status: status, amount: amount),
                marks: SuccessMarks()
            )
        )
    }

    /// Runs a statement on a connection beside the store's.
    func execute(_ sql: String) throws {
        try Connection(path: directory.file("receiver.db"), mode: .readWrite).execute(sql)
    }

    /// Returns when so many wait for the feed.
    func reach(waiters: Int) async {
        #expect(await Patience.reaches { store.signal.waiterCount == waiters })
    }
}
