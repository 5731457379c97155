import FoundationEssentials
import Glibc
import Ledger
import Payments
import SQLite
import System
import Support
import Synchronization
import Testing

@testable import SQLiteFiles
@testable import SQLiteStore
@testable import Store

/// Every file but the main database can be lost or damaged (contract section 1, promise 8).
@Suite(.onSQLite) struct SideFileTests {
    /// What can be wrong with a file.
    enum Damage: String, CaseIterable {
        case head, middle, everywhere, cutOff, cutToNothing, foreign, directory, removed, walIsNone

        /// Does it to the closed file at `path`.
        func happen(to path: String) throws {
            switch self {
            case .head: try overwrite(path, from: 0, count: 100)
            case .middle: try overwrite(path, from: nil, count: 4_096)
            case .everywhere: try overwrite(path, from: 0, count: .max)
            case .cutOff: try cut(path) { $0 * 2 / 3 }
            case .cutToNothing: try cut(path) { _ in 0 }
            case .foreign:
                try FileCreation.remove(path)
                try Connection(path: path, mode: .readWriteCreate)
                    .execute("CREATE TABLE entries (x); CREATE TABLE refusals (y)")
            case .directory:
                try FileCreation.remove(path)
                try FileCreation.makeDirectories(path + "/inner", mode: 0o700)
            case .removed: try FileCreation.remove(path)
            case .walIsNone: try FileCreation.makeDirectories(path + "-wal", mode: 0o700)
            }
        }

        private func overwrite(_ path: String, from start: Int?, count: Int) throws {
            var bytes = try FileContents(reading: path, bytesMax: 1 << 26).bytes
            // In the middle, but whole pages and not the first.
            let start = start ?? max(bytes.count / 8_192 * 4_096, 4_096)
            for index in start..<min(bytes.count, start + min(count, bytes.count)) {
                bytes[index] = UInt8(truncatingIfNeeded: index &* 7 &+ 90)
            }
            try FileCreation.remove(path)
            try FileCreation.write(bytes, to: path, mode: 0o600)
        }

        private func cut(_ path: String, to length: (Int) -> Int) throws {
            let count = try FilePath.byteCount(path) ?? 0
            try #require(truncate(path, length(count)) == 0)
        }
    }

    private final class Troubles: Sendable {
        let all = Mutex<[SideFileTrouble]>([])

        var hooks: Store.Hooks {
            Store.Hooks(sideFileTrouble: { trouble in self.all.withLock { $0.append(trouble) } })
        }

        func of(_ path: String) -> [SideFileTrouble.Kind] {
            all.withLock { $0.filter { $0.path == path }.map(\.kind) }
        }
    }

    /// A closed store whose side files have several pages: payments in the index file, and rejected
    /// requests.
    private func closed(payments count: Int) async throws -> TestStore {
        let test = try await TestStore()
        for number in 1...count { try await test.deliver(try delivery(number)) }
        try await test.flushIndex()
        for number in 1...20 { test.store.add(refusal(number)) }
        await test.store.close()
        return test
    }

    private func delivery(_ number: Int) throws -> Delivery {
        try TestDelivery {
            $0.setReferences(number)
        }.delivery
    }

    private func refusal(_ number: Int) -> RejectedRequest {
        RejectedRequest(
            receivedMilliseconds: TestClock.start + Int64(number),
            client: "203.0.113.7",
            head: [],
            body: [UInt8](repeating: 65, count: 1_000),
            code: "4015600",
            problem: "Unauthorized. [Signature]",
            externalID: nil,
            isPlausible: true
        )
    }

    @Test(arguments: Damage.allCases)
    func `a damaged index is set aside, named and made again`(damage: Damage) async throws {
        let before = try await closed(payments: 300)
        let path = before.path + "-lookup"
        try damage.happen(to: path)
        let troubles = Troubles()
        let test = try await TestStore(in: before.directory, hooks: troubles.hooks)
        for number in [1, 150, 300] {
            #expect(try await test.transaction("TRX-\(number)")?.id == Int64(number))
            #expect(try await test.deliver(try delivery(number)).isRedelivery)
        }
        #expect(try await test.feed().count == 300)
        let isLost = [.removed, .cutToNothing].contains(damage)
        #expect(troubles.of(path) == [isLost ? .lost : .setAside(as: path + ".damaged")])
        #expect(FileCreation.exists(path + ".damaged") == !isLost)
        #expect(troubles.of(before.path + "-refused") == [])
    }

    @Test(arguments: Damage.allCases)
    func `a damaged rejected-request store is set aside, named and made again`(
        damage: Damage
    ) async throws {
        let before = try await closed(payments: 3)
        let path = before.path + "-refused"
        try damage.happen(to: path)
        let troubles = Troubles()
        let test = try await TestStore(in: before.directory, hooks: troubles.hooks)
        // The journal is shown whatever becomes of the other file.
        let filter = CallbackFilter()
        let page = try await test.store.reader.callbacks(filter, limit: 100)
        #expect(page.filter { $0.outcome == .applied }.count == 3)
        for number in 101...103 { test.store.add(refusal(number)) }
        // A reader that found the damage has the file made again; then all are kept and shown.
        try await test.flushRefusals()
        test.store.add(refusal(104))
        try await test.flushRefusals()
        let refused = try await test.store.reader.callbacks(filter, limit: 100)
            .filter { $0.outcome == .refused }
        #expect(refused.contains { $0.receivedMilliseconds == TestClock.start + 104 })
        let isLost = [.removed, .cutToNothing].contains(damage)
        #expect(troubles.of(path) == [isLost ? .lost : .setAside(as: path + ".damaged")])
        #expect(troubles.of(before.path + "-lookup") == [])
    }

    // MARK: While it is in use

    @Test(arguments: [true, false])
    func `an index that is damaged in use is made again, and nothing fails`(
        leavesHead: Bool
    ) async throws {
        let troubles = Troubles()
        let test = try await TestStore(hooks: troubles.hooks)
        for number in 1...300 { try await test.deliver(try delivery(number)) }
        try await test.flushIndex()
        let path = test.path + "-lookup"
        try Self.overwriteInPlace(path, leavesHead: leavesHead)
        // A reader that has not opened it yet finds the payment all the same.
        for number in [1, 150, 300] {
            #expect(try await test.transaction("TRX-\(number)")?.id == Int64(number))
        }
        for number in [1, 150, 300] {
            #expect(try await test.deliver(try delivery(number)).isRedelivery)
        }
        #expect(troubles.of(path) == [.setAside(as: path + ".damaged")])
        #expect(test.store.commitFailure == nil)
    }

    /// Garbage over every page of an open file, which must not be replaced by another.
    private static func overwriteInPlace(_ path: String, leavesHead: Bool) throws {
        let checkpoint = try Connection(path: path, mode: .readWrite)
        try checkpoint.checkpoint()
        let count = try FilePath.byteCount(path) ?? 0
        let file = try #require(fopen(path, "r+"))
        defer { fclose(file) }
        fseek(file, leavesHead ? 4_096 : 0, SEEK_SET)
        let bytes = [UInt8](repeating: 0x5A, count: count - (leavesHead ? 4_096 : 0))
        fwrite(bytes, 1, bytes.count, file)
    }

    @Test func `a batch of the index that could not be written is tried again`() async throws {
        let directory = try TemporaryDirectory()
        let troubles = Troubles()
        let main = try MainDatabase.made(directory.file("receiver.db"))
        let history = IndexHistory(main, feed: "feed")
        let file = SideFile(
            path: directory.file("lookup"),
            onTrouble: { trouble in troubles.all.withLock { $0.append(trouble) } }
        )
        let lookups = try file.open(isExpected: false) { (path) throws(SQLiteError) in
            try IndexFile(path: path, history: history)
        }
        let index = ReferenceIndex(hash: SeededHash(seed: [UInt8](repeating: 7, count: 16)))
        let other = try Connection(path: file.path, mode: .readWrite)
        try other.execute(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON entries BEGIN SELECT RAISE(ABORT, 'full'); END
            """
        )
        index.add(7, for: 7)
        let cover = IndexCover(watermark: IndexWatermark(paymentID: 1, addedReferenceID: 0))
        index.prepareFlush(through: cover)
        let indexer = Indexer(index: index, file: file, retryMilliseconds: 1)
        indexer.wake()
        while troubles.of(file.path).isEmpty { await Task.yield() }
        #expect(troubles.of(file.path) == [.failed])
        #expect(try lookups.isEmpty(7))
        try other.execute("DROP TRIGGER refuse")
        while try lookups.isEmpty(7) { await Task.yield() }
        #expect(try lookups.watermark() == cover.watermark)
        #expect(troubles.of(file.path) == [.failed], "told once")
    }

    // MARK: History

    @Test func `an index of another history of the database is made again`() async throws {
        let before = try await closed(payments: 10)
        let copy = try TemporaryDirectory()
        // A copy is taken, five payments more are made, and the index holds them.
        let bytes = try FileContents(reading: before.path, bytesMax: 1 << 26).bytes
        try FileCreation.write(bytes, to: copy.file("receiver.db"), mode: 0o600)
        let more = try await TestStore(in: before.directory)
        for number in 11...15 { try await more.deliver(try delivery(number)) }
        try await more.flushIndex()
        await more.store.close()
        // The copy is put back with the index left as it is, and other payments get their numbers:
        // the feed id is the same, and the index claims nothing that the database does not have.
        let restored = try await TestStore(in: copy, clock: TestClock(TestClock.start + 1_000))
        for number in 21...30 {
            try await restored.deliver {
                $0.setReferences(number)
                $0.received = TestClock.start + 1_000
            }
        }
        await restored.store.close()
        try FileCreation.remove(copy.file("receiver.db-lookup"))
        let index = try FileContents(reading: before.path + "-lookup", bytesMax: 1 << 26).bytes
        try FileCreation.write(index, to: copy.file("receiver.db-lookup"), mode: 0o600)
        let test = try await TestStore(in: copy)
        for number in [1, 10, 21, 25, 30] {
            #expect(try await test.transaction("TRX-\(number)") != nil, "TRX-\(number)")
            let again = try await test.deliver {
                $0.setReferences(number)
                if number > 20 { $0.received = TestClock.start + 1_000 }
            }
            #expect(again.isRedelivery)
        }
        #expect(try await test.transaction("TRX-11") == nil)
    }
}

extension IndexFile {
    fileprivate func isEmpty(_ key: UInt64) throws -> Bool {
        var found: Set<Int64> = []
        try find([key], into: &found)
        return found.isEmpty
    }
}

extension TestStore {
    /// Writes what the index holds in memory to its file, as if memory was full.
    func flushIndex() async throws {
        let (main, path, feed) = (path, path + "-lookup", store.feed)
        try await store.commit(LedgerScope()) { (_, engine) throws(StoreError) in
            guard let engine = engine as? SQLiteEngine else { return }
            try StoreError.mapped { () throws(SQLiteError) in
                let history = IndexHistory(try Connection(path: main, mode: .readOnly), feed: feed)
                guard let cover = try history.cover(engine.watermark) else { return }
                engine.index.prepareFlush(through: cover)
                try engine.index.flush(to: try IndexFile(existing: path, mode: .readWrite))
            }
        }
    }
}
