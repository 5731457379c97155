import Ledger
import Payments
import SQLite
import System
import Support
import Testing

@testable import SQLiteFiles
@testable import SQLiteStore
@testable import Store

/// What the index has to find after it was lost, replaced or cut off.
@Suite(.onSQLite) struct IndexRebuildTests {
    /// A store with two payments, one unconfirmed pair and one unreadable callback.
    private func filled() async throws -> TestStore {
        let test = try await TestStore()
        for number in 1...2 {
            try await test.deliver {
                $0.setReferences(number)
            }
        }
        try await test.deliver {
            $0.partner = "PAY-9"
            $0.reference = "TRX-9"
            $0.status = .refunded
            $0.externalID = "id-9"
        }
        try await test.deliver {
            $0.failure = .body
            $0.isPairReadable = false
            $0.salt = "unreadable"
            $0.externalID = "id-10"
        }
        return test
    }

    private func expectEverythingFound(_ test: TestStore) async throws {
        for number in 1...2 {
            #expect(try await test.transaction("TRX-\(number)")?.id == Int64(number))
            let repeated = try await test.deliver {
                $0.setReferences(number)
            }
            #expect(repeated.isRedelivery)
        }
        let unattached = try await test.deliver {
            $0.partner = "PAY-9"
            $0.reference = "TRX-9"
            $0.status = .refunded
            $0.externalID = "id-9"
        }
        #expect(unattached.isRedelivery)
        let unreadable = try await test.deliver {
            $0.failure = .body
            $0.isPairReadable = false
            $0.salt = "unreadable"
            $0.externalID = "id-10"
        }
        #expect(unreadable.isRedelivery)
        #expect(try await test.feed().count == 2)
    }

    @Test func `after a restart everything is found`() async throws {
        try await expectEverythingFound(try await filled().reopened())
    }

    @Test func `a lost index file is made anew from the journal`() async throws {
        let test = try await filled()
        try await test.flushIndex()
        await test.store.close()
        let path = test.path + "-lookup"
        #expect(try entryCount(path) == 6, "memory alone does not know them after the restart")
        for suffix in ["", "-wal", "-shm"] where FileCreation.exists(path + suffix) {
            try FileCreation.remove(path + suffix)
        }
        let again = try await TestStore(in: test.directory)
        #expect(try entryCount(path) == 0)
        try await expectEverythingFound(again)
    }

    @Test func `an index file of another database is made anew`() async throws {
        let test = try await filled()
        try await test.flushIndex()
        await test.store.close()
        let lookup = try Connection(path: test.path + "-lookup", mode: .readWrite)
        // It says that it covers all, as far as its feed is not looked at.
        try lookup.execute(
            "DELETE FROM entries; UPDATE cover SET feed = 'x', entry_count = 0, entry_sum = 0"
        )
        try await expectEverythingFound(try await TestStore(in: test.directory))
    }

    private func entryCount(_ path: String) throws -> Int64? {
        try Connection(path: path, mode: .readOnly).integer("SELECT count(*) FROM entries")
    }

    @Test func `entries in the file are not read again from the journal, the others are`()
        async throws
    {
        let test = try await filled()
        await test.store.close()
        let main = try test.connection()
        let lookups = try IndexFile(
            path: test.path + "-lookup",
            history: IndexHistory(main, feed: test.store.feed)
        )
        let hash = try MainDatabase.hash(main)
        let covered = IndexWatermark(paymentID: 1, addedReferenceID: 0)
        var source = IndexSource(main, hash: hash, covered: covered)
        var entries = HashMultimap()
        #expect(try source.read(into: &entries, rowsMax: 10) == false)
        #expect(entries.count == 4, "two references of TRX-2, two of the refund")
        #expect(source.covered == IndexWatermark(paymentID: 3, addedReferenceID: 0))

        let index = ReferenceIndex(hash: hash)
        try index.rebuild(
            from: main,
            file: lookups,
            history: IndexHistory(main, feed: test.store.feed)
        )
        #expect(try index.payments([try #require(Reference("TRX-2"))], in: lookups) == [2])
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func `rows are read in portions without a gap`(rowsMax: Int) async throws {
        let test = try await filled()
        let main = try test.connection()
        var source = IndexSource(
            main,
            hash: try MainDatabase.hash(main),
            covered: IndexWatermark()
        )
        var (entries, portions) = (HashMultimap(), 1)
        while try source.read(into: &entries, rowsMax: rowsMax) { portions += 1 }
        #expect(entries.count == 6, "2 + 2 references of payments, 2 of a refund")
        #expect(portions == 3 / rowsMax + 1)
    }

    // MARK: References that were learnt later

    /// A generated payment whose gateway number is learnt when the file covers the payment already.
    private func learnt(flushedAfterLearning: Bool) async throws -> TestStore {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.flushIndex()
        try await test.accept()
        if flushedAfterLearning { try await test.flushIndex() }
        return test
    }

    /// The payment is found by its gateway's number, and a callback with both is its own.
    private func expectLearntFound(_ test: TestStore) async throws {
        #expect(try await test.indexed("PAY-1") == [1])
        // Under another number of ours it contradicts, which only the index can tell.
        let contradiction = try await test.deliver { $0.reference = "TRX-2" }
        #expect(contradiction.outcome == .awaitingQuery)
        #expect(try await test.attention() == ["reference-mismatch×1"])
        #expect(try await test.deliver { $0.externalID = "id-2" }.outcome == .applied)
    }

    @Test(arguments: [false, true])
    func `a learnt reference is found while the program runs`(isFlushed: Bool) async throws {
        try await expectLearntFound(try await learnt(flushedAfterLearning: isFlushed))
    }

    @Test(arguments: [false, true])
    func `a learnt reference below the watermark survives a crash`(isFlushed: Bool) async throws {
        let test = try await learnt(flushedAfterLearning: isFlushed)
        // Memory is gone, whatever the file holds.
        try await expectLearntFound(try await test.restarted())
    }

    @Test(arguments: [false, true])
    func `a learnt reference survives a failed commit`(isFlushed: Bool) async throws {
        let test = try await learnt(flushedAfterLearning: isFlushed)
        await #expect(throws: StoreError.self) {
            try await test.store.commit(LedgerScope()) { (_, _) throws(StoreError) in
                throw StoreError(.failed, "disk", context: "test")
            }
        }
        try await expectLearntFound(test)
    }

    @Test func `a learnt reference of a commit that failed is not found`() async throws {
        let test = try await TestStore.asking()
        try await test.begin()
        let disk = try test.connection(.readWrite)
        try disk.execute(
            """
            CREATE TRIGGER broken BEFORE INSERT ON transitions
            BEGIN SELECT json('broken'); END
            """
        )
        await #expect(throws: StoreError.self) { try await test.accept() }
        try disk.execute("DROP TRIGGER broken")
        try await test.accept(as: "PAY-2")
        let watermark = try await test.engine { $0.watermark }
        #expect(watermark.addedReferenceID == 1, "the number was not used up")
        #expect(try await test.indexed("PAY-1") == [])
        #expect(try await test.indexed("PAY-2") == [1])
    }

    @Test func `references that were learnt are read on from where the file ends`() async throws {
        let test = try await TestStore.asking()
        for number in 1...3 {
            try await test.begin { $0.reference = "TRX-\(number)" }
            try await test.accept("TRX-\(number)", as: "PAY-\(number)")
        }
        let covered = IndexWatermark(paymentID: 3, addedReferenceID: 1)
        let main = try test.connection()
        var source = IndexSource(main, hash: try MainDatabase.hash(main), covered: covered)
        var entries = HashMultimap()
        while try source.read(into: &entries, rowsMax: 1) {}
        #expect(entries.count == 2, "PAY-2 and PAY-3")
        #expect(source.covered == IndexWatermark(paymentID: 3, addedReferenceID: 3))
    }
}

extension TestStore {
    /// Asks the engine inside a commit.
    fileprivate func engine<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteEngine) throws(SQLiteError) -> Value
    ) async throws -> Value {
        try await store.commit(LedgerScope()) { (_, engine) throws(StoreError) in
            guard let engine = engine as? SQLiteEngine else {
                throw StoreError(.failed, "another engine", context: "test")
            }
            return try StoreError.mapped { () throws(SQLiteError) in try body(engine) }
        }
    }

    /// The payments that the index has under a reference.
    fileprivate func indexed(_ reference: String) async throws -> Set<Int64> {
        let reference = try #require(Reference(reference))
        return try await engine { (engine) throws(SQLiteError) in
            try engine.index.payments([reference], in: engine.indexFile)
        }
    }
}
