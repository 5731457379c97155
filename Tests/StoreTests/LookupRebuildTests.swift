import Payments
import SQLite
import Testing

@testable import Store

/// What the index has to find after it was lost, replaced or cut off.
@Suite struct LookupRebuildTests {
    /// A store with two payments, one unattached callback and one unreadable one.
    private func filled() async throws -> TestStore {
        let test = try await TestStore()
        for number in 1...2 {
            try await test.deliver {
                $0.partner = "PAY-\(number)"
                $0.reference = "TRX-\(number)"
                $0.externalID = "id-\(number)"
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
                $0.partner = "PAY-\(number)"
                $0.reference = "TRX-\(number)"
                $0.externalID = "id-\(number)"
            }
            #expect(repeated.isRepetition)
        }
        let unattached = try await test.deliver {
            $0.partner = "PAY-9"
            $0.reference = "TRX-9"
            $0.status = .refunded
            $0.externalID = "id-9"
        }
        #expect(unattached.isRepetition)
        let unreadable = try await test.deliver {
            $0.failure = .body
            $0.isPairReadable = false
            $0.salt = "unreadable"
            $0.externalID = "id-10"
        }
        #expect(unreadable.isRepetition)
        #expect(try await test.feed().count == 2)
    }

    @Test func `after a restart everything is found`() async throws {
        try await expectEverythingFound(try await filled().reopened())
    }

    @Test func `a lost index file is made anew from the journal`() async throws {
        let test = try await filled()
        await test.store.close()
        try Self.remove(test.path + "-lookup")
        try await expectEverythingFound(try await TestStore(in: test.directory))
    }

    @Test func `an index file of another database is made anew`() async throws {
        let test = try await filled()
        await test.store.close()
        let lookup = try Connection(path: test.path + "-lookup", mode: .readWrite)
        try lookup.execute("UPDATE cover SET feed = 'another', transaction_id = 2, callback_id = 4")
        try await expectEverythingFound(try await TestStore(in: test.directory))
    }

    @Test func `entries in the file are not read again from the journal, the others are`()
        async throws
    {
        let test = try await filled()
        await test.store.close()
        let main = try test.connection()
        let lookups = try LookupFile(
            path: test.path + "-lookup",
            feed: test.store.feed,
            newest: try MainDatabase.newest(main)
        )
        let source = IndexSource(main, covered: IndexWatermark(transactionID: 1, callbackID: 3))
        var entries = HashMultimap()
        #expect(try source.read(into: &entries, rowsMax: 10) == false)
        #expect(entries.count == 3, "two references of TRX-2, one signature")
        #expect(source.covered == IndexWatermark(transactionID: 2, callbackID: 4))

        let index = ReferenceIndex()
        try index.rebuild(from: main, file: lookups)
        let key = ReferenceIndex.key(try #require(Reference("TRX-2")))
        #expect(try index.entries(key, in: lookups) == [.transaction(2)])
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func `rows are read in portions without a gap`(rowsMax: Int) async throws {
        let test = try await filled()
        let source = IndexSource(try test.connection(), covered: IndexWatermark())
        var (entries, portions) = (HashMultimap(), 1)
        while try source.read(into: &entries, rowsMax: rowsMax) { portions += 1 }
        #expect(entries.count == 7, "2 + 2 references of payments, 2 of a refund, 1 signature")
        #expect(portions <= 4 / rowsMax + 1)
    }

    // MARK: References that were learnt later

    /// A generated payment whose gateway number is learnt when the file covers the payment already.
    private func learnt(flushedAfterLearning: Bool) async throws -> TestStore {
        let test = try await TestStore.asking()
        try await test.begin()
        try await test.flush()
        try await test.accept()
        if flushedAfterLearning { try await test.flush() }
        return test
    }

    /// The payment is found by its gateway's number, and a callback with both is its own.
    private func expectLearntFound(_ test: TestStore) async throws {
        let number = try #require(Reference("PAY-1"))
        let entries = try await test.store.commit { (bookkeeper, _) throws(SQLiteError) in
            try bookkeeper.index.entries(ReferenceIndex.key(number), in: bookkeeper.lookups)
        }
        #expect(entries == [.transaction(1)])
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
        await #expect(throws: SQLiteError.self) {
            try await test.store.commit { (_, _) throws(SQLiteError) in
                throw SQLiteError(code: 10, message: "disk", context: "test")
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
            BEGIN SELECT RAISE(ABORT, 'disk broken'); END
            """
        )
        await #expect(throws: SQLiteError.self) { try await test.accept() }
        try disk.execute("DROP TRIGGER broken")
        try await test.accept(as: "PAY-2")
        let watermark = try await test.store.commit { (bookkeeper, _) throws(SQLiteError) in
            bookkeeper.watermark
        }
        #expect(watermark.lateEntryID == 1, "the number was not used up")
        let number = try #require(Reference("PAY-1"))
        let entries = try await test.store.commit { (bookkeeper, _) throws(SQLiteError) in
            try bookkeeper.index.entries(ReferenceIndex.key(number), in: bookkeeper.lookups)
        }
        #expect(entries == [])
        let second = try #require(Reference("PAY-2"))
        let learnt = try await test.store.commit { (bookkeeper, _) throws(SQLiteError) in
            try bookkeeper.index.entries(ReferenceIndex.key(second), in: bookkeeper.lookups)
        }
        #expect(learnt == [.transaction(1)])
    }

    @Test func `references that were learnt are read on from where the file ends`() async throws {
        let test = try await TestStore.asking()
        for number in 1...3 {
            try await test.begin { $0.reference = "TRX-\(number)" }
            try await test.accept("TRX-\(number)", as: "PAY-\(number)")
        }
        let covered = IndexWatermark(transactionID: 3, callbackID: 0, lateEntryID: 1)
        let source = IndexSource(try test.connection(), covered: covered)
        var entries = HashMultimap()
        while try source.read(into: &entries, rowsMax: 1) {}
        #expect(entries.count == 2, "PAY-2 and PAY-3")
        #expect(source.covered == IndexWatermark(transactionID: 3, callbackID: 0, lateEntryID: 3))
    }

    private static func remove(_ path: String) throws {
        let file = try Connection(path: path, mode: .readWrite)
        try file.execute("DROP TABLE entries; DROP TABLE cover")
    }
}

extension TestStore {
    /// Writes what the index holds in memory to its file, as if memory was full.
    fileprivate func flush() async throws {
        let path = path + "-lookup"
        try await store.commit { (bookkeeper, _) throws(SQLiteError) in
            bookkeeper.index.prepareFlush(through: bookkeeper.watermark)
            try bookkeeper.index.flush(to: try LookupFile(existing: path, mode: .readWrite))
        }
    }
}
