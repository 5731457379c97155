import SQLite
import Store
import Support
import Synchronization
import System
import Testing

@testable import SQLiteFiles

/// Batches of the index reach its file, whatever goes wrong meanwhile.
@Suite struct IndexerTests {
    private final class Troubles: Sendable {
        let kinds = Mutex<[SideFileTrouble.Kind]>([])
    }

    private let directory: TemporaryDirectory
    private let index = ReferenceIndex(hash: SeededHash(seed: [UInt8](repeating: 7, count: 16)))
    private let file: IndexFile
    private let indexer: Indexer
    private let troubles = Troubles()

    private var path: String { directory.file("lookup") }

    init() throws {
        directory = try TemporaryDirectory()
        let path = directory.file("lookup")
        try FileCreation.write([], to: path, mode: 0o600)
        file = try IndexFile(
            path: path,
            history: IndexHistory(feed: "feed") { IndexCover(watermark: $0) }
        )
        let side = SideFile(path: path) { [troubles] trouble in
            troubles.kinds.withLock { $0.append(trouble.kind) }
        }
        indexer = Indexer(index: index, file: side, retryMilliseconds: 1)
    }

    /// Sets one entry aside for the file.
    private func prepare(_ number: Int64) {
        index.add(number, for: UInt64(number))
        let watermark = IndexWatermark(paymentID: number, addedReferenceID: 0)
        index.prepareFlush(through: IndexCover(watermark: watermark))
    }

    private func execute(_ sql: String) throws {
        try Connection(path: path, mode: .readWrite).execute(sql)
    }

    private func breakFile() throws {
        try execute(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON entries BEGIN SELECT json('broken'); END
            """
        )
    }

    /// Returns when the file covers payments up to `number`.
    private func reach(_ number: Int64) async throws {
        #expect(try await Patience.reaches { try file.watermark().paymentID == number })
    }

    @Test func `a batch is written when it is woken`() async throws {
        prepare(1)
        indexer.wake()
        try await reach(1)
        #expect(troubles.kinds.withLock { $0 } == [])
    }

    @Test func `a failed flush is tried again until it works, and told once`() async throws {
        try breakFile()
        prepare(1)
        // Several attempts, whether woken or its own.
        for _ in 1...3 { indexer.wake() }
        await indexer.finishEarlierWork()
        #expect(troubles.kinds.withLock { $0 } == [.failed])
        #expect(try index.payments(under: [1], in: file) == [1], "it stays in memory")
        // Nothing wakes it: it tries again by itself.
        try execute("DROP TRIGGER refuse")
        try await reach(1)
        #expect(index.damage == nil)

        // The next failure is another one.
        await indexer.finishEarlierWork()
        try breakFile()
        prepare(2)
        indexer.wake()
        await indexer.finishEarlierWork()
        #expect(troubles.kinds.withLock { $0 } == [.failed, .failed])
        try execute("DROP TRIGGER refuse")
        try await reach(2)
    }

    @Test func `a file that is gone is reported to the writer, and not made`() async throws {
        prepare(1)
        for suffix in ["", "-wal", "-shm"] where FileCreation.exists(path + suffix) {
            try FileCreation.remove(path + suffix)
        }
        indexer.wake()
        await indexer.finishEarlierWork()
        #expect(index.damage != nil)
        #expect(!FileCreation.exists(path))
        #expect(troubles.kinds.withLock { $0 } == [], "the writer tells of it")
    }

    @Test func `the check reports a file that lacks entries, and only such a one`() async throws {
        prepare(1)
        indexer.wake()
        try await reach(1)
        indexer.check()
        await indexer.finishEarlierWork()
        #expect(index.damage == nil)
        try execute("DELETE FROM entries")
        indexer.check()
        await indexer.finishEarlierWork()
        #expect(index.damage?.message == "entries are missing or changed")
    }
}

extension Indexer {
    /// Runs behind what was asked for before: its executor does one thing after the other.
    fileprivate func finishEarlierWork() {}
}
