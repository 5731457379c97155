import Ledger
import Logging
import Payments
import SQLiteFiles
import SQLiteStore
import Store
import Support
import System
import Testing

@testable import Alarms

/// Which receiver closes an entry, where several have one database.
@Suite(.timeLimit(.minutes(10)))
struct AlarmWatchTests {
    private let directory: TemporaryDirectory
    private let store: Store

    init() async throws {
        directory = try TemporaryDirectory()
        store = try Store(
            database: try DatabaseLock.acquire(
                directory.file("receiver.db"),
                whenAbsent: .created
            ),
            policy: LedgerPolicy(),
            rejectedKept: 10,
            hooks: Store.Hooks(),
            render: { (_, _) in },
            jitter: Jitter(seed: 1),
            now: SystemClock.realtimeMilliseconds
        )
        try await store.prepare()
    }

    /// Runs a receiver's watch until the open entries are of these kinds.
    ///
    /// - Parameters:
    ///   - seconds: by how much the gateway's clock differs from the receiver's.
    ///   - refused: callbacks that the receiver refused.
    private func watch(
        on machine: String?,
        seconds: Int64,
        refused: Int = 0,
        until kinds: Set<AttentionKind>
    ) async throws {
        let samples = ClockSamples(toleranceSeconds: 300)
        let now = SystemClock.realtimeMilliseconds()
        for _ in 0..<3 { samples.add(theirs: now + seconds * 1_000, ours: now) }
        let tally = RefusalTally()
        for _ in 0..<refused {
            tally.add(
                RefusalTally.Refusal(atMilliseconds: now, response: "4015600", isAuthentic: false)
            )
        }
        let alarms = AlarmWatch(
            store: store,
            machine: machine,
            refusals: tally,
            clock: samples,
            log: Log(output: { _ in true }),
            now: SystemClock.realtimeMilliseconds,
            explain: { _ in nil }
        )
        let task = Task { await alarms.run() }
        let expected = Set(kinds.map(\.rawValue))
        let isReached = try await Patience.reaches { try await Set(open().keys) == expected }
        task.cancel()
        await task.value
        #expect(isReached, "not \(kinds)")
        // One turn may write several entries.
        #expect(try await Set(open().keys) == expected)
    }

    /// The details of the open entries, by their kinds.
    private func open() async throws -> [String: String] {
        var filter = AttentionFilter()
        filter.isOpen = true
        let entries = try await store.reader.attention(filter, limit: 10)
        return Dictionary(uniqueKeysWithValues: entries.map { ($0.kind, $0.detail) })
    }

    @Test func `a receiver closes its own entries, and not those of another one`() async throws {
        try await watch(on: "pay1", seconds: 600, until: [.clockDifference])
        let detail = try await open()[AttentionKind.clockDifference.rawValue]
        #expect(detail?.hasSuffix("; receiver: pay1") == true, "\(detail ?? "")")
        // The clock of the other one is right; its other entry shows that it has looked.
        try await watch(
            on: "pay2",
            seconds: 0,
            refused: 3,
            until: [.clockDifference, .callbacksRefused]
        )
        try await watch(on: "pay1", seconds: 0, until: [.callbacksRefused])
        await store.close()
    }

    @Test func `a receiver that has the database alone closes every entry`() async throws {
        try await watch(on: nil, seconds: 600, until: [.clockDifference])
        let detail = try await open()[AttentionKind.clockDifference.rawValue]
        #expect(detail?.contains("receiver") == false, "\(detail ?? "")")
        try await watch(on: nil, seconds: 0, until: [])
        await store.close()
    }
}
