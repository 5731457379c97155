import Ledger
import Payments
import SQLite
import System
import Support
import Testing

@testable import SQLiteFiles

/// The index in memory and its file.
@Suite struct ReferenceIndexTests {
    private let directory: TemporaryDirectory
    private let index = ReferenceIndex(hash: SeededHash(seed: [UInt8](repeating: 7, count: 16)))
    private let newest = IndexWatermark(paymentID: 1_000, addedReferenceID: 1_000)

    init() throws { directory = try TemporaryDirectory() }

    private func file(feed: String = "feed-1", newest: IndexWatermark? = nil) throws -> IndexFile {
        try IndexFile(
            path: try Self.made(directory.file("lookup")),
            history: Self.history(feed, newest ?? self.newest)
        )
    }

    private func found(_ keys: [UInt64], in file: IndexFile) throws -> Set<Int64> {
        var found: Set<Int64> = []
        try file.find(keys, into: &found)
        return found
    }

    private func prepareFlush(_ watermark: IndexWatermark) {
        index.prepareFlush(through: IndexCover(watermark: watermark))
    }

    private static func made(_ path: String) throws -> String {
        if !FileCreation.exists(path) { try FileCreation.write([], to: path, mode: 0o600) }
        return path
    }

    /// A database whose rows nothing tells from another's.
    private static func history(_ feed: String, _ newest: IndexWatermark) -> IndexHistory {
        IndexHistory(feed: feed) { newest.covers($0) ? IndexCover(watermark: $0) : nil }
    }

    @Test func `entries are found in memory, on their way to the file, and in it`() throws {
        let file = try file()
        index.add(1, for: 7)
        #expect(try index.payments(under: [7], in: file) == [1])

        prepareFlush(IndexWatermark(paymentID: 1, addedReferenceID: 2))
        index.add(3, for: 7)
        #expect(try index.payments(under: [7], in: file) == [1, 3])
        #expect(try found([7], in: file).isEmpty)

        try index.flush(to: file)
        #expect(try found([7], in: file) == [1])
        #expect(try file.watermark() == IndexWatermark(paymentID: 1, addedReferenceID: 2))
        #expect(try index.payments(under: [7], in: file) == [1, 3])
        #expect(try index.payments(under: [8], in: file).isEmpty)
    }

    @Test func `a key that is negative as a signed integer is found in the file`() throws {
        let file = try file()
        index.add(1, for: .max)
        prepareFlush(newest)
        try index.flush(to: file)
        #expect(try index.payments(under: [.max], in: file) == [1])
    }

    @Test func `a batch that cannot be written stays, and the next attempt writes it`() throws {
        let file = try file()
        let other = try Connection(path: directory.file("lookup"), mode: .readWrite)
        try other.execute(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON entries WHEN NEW.key = 9
            BEGIN SELECT RAISE(ABORT, 'disk full'); END
            """
        )
        for key in [UInt64(8), 9] { index.add(Int64(key), for: key) }
        prepareFlush(newest)
        #expect(throws: SQLiteError.self) { try index.flush(to: file) }
        #expect(try index.payments(under: [8], in: file) == [8])
        #expect(try found([8], in: file).isEmpty, "all or nothing")
        #expect(try file.watermark() == IndexWatermark())

        index.add(10, for: 10)
        prepareFlush(newest)
        try other.execute("DROP TRIGGER refuse")
        try index.flush(to: file)
        #expect(try found([8, 9], in: file) == [8, 9], "all of it")
        #expect(try file.watermark() == newest)
        #expect(try found([10], in: file).isEmpty, "the waiting batch was not replaced")
        #expect(try index.payments(under: [10], in: file) == [10])
    }

    @Test func `a batch is not written to a file that lacks the ones before`() throws {
        let file = try file()
        index.add(1, for: 1)
        prepareFlush(IndexWatermark(paymentID: 1, addedReferenceID: 1))
        try index.flush(to: file)
        index.add(2, for: 2)
        prepareFlush(IndexWatermark(paymentID: 2, addedReferenceID: 2))

        let foreign = try IndexFile(
            path: try Self.made(directory.file("new")),
            history: Self.history("feed-1", newest)
        )
        #expect(throws: SQLiteError.self) { try index.flush(to: foreign) }
        #expect(try foreign.watermark() == IndexWatermark(), "it claims nothing that it lacks")
        #expect(try index.payments(under: [2], in: file) == [2])
    }

    @Test func `memory is due to be written when it is full, and only once`() throws {
        var dueAt: [Int] = []
        for number in 1...2 * ReferenceIndex.recentMax {
            index.add(Int64(number), for: UInt64(number))
            guard index.isFlushDue else { continue }
            dueAt.append(number)
            prepareFlush(newest)
        }
        #expect(dueAt == [ReferenceIndex.recentMax], "not while the first batch is on its way")
        try index.flush(to: try file())
        #expect(index.isFlushDue, "memory has become full again meanwhile")
        prepareFlush(newest)
        #expect(!index.isFlushDue)
    }

    @Test(arguments: [
        ("feed-2", IndexWatermark(paymentID: 9, addedReferenceID: 9), "another database's"),
        ("feed-1", IndexWatermark(paymentID: 8, addedReferenceID: 9), "ahead in payments"),
        ("feed-1", IndexWatermark(paymentID: 9, addedReferenceID: 8), "ahead in late references"),
    ])
    func `a file of another state of the database begins anew`(
        feed: String,
        newest: IndexWatermark,
        reason: String
    ) throws {
        let through = IndexWatermark(paymentID: 9, addedReferenceID: 9)
        let old = try file(newest: through)
        index.add(1, for: 7)
        prepareFlush(through)
        try index.flush(to: old)
        #expect(try file(newest: through).watermark() == through, "kept as long as it fits")

        let new = try file(feed: feed, newest: newest)
        #expect(try new.watermark() == IndexWatermark(), "\(reason)")
        #expect(try found([7], in: new).isEmpty, "\(reason)")
    }

    @Test func `a batch that the file covers already is not written again`() throws {
        let file = try file()
        index.add(1, for: 1)
        let cover = IndexCover(watermark: IndexWatermark(paymentID: 1, addedReferenceID: 1))
        index.prepareFlush(through: cover)
        // A rebuild of the file has been faster.
        let further = IndexCover(watermark: IndexWatermark(paymentID: 5, addedReferenceID: 3))
        try file.append(HashMultimap(), through: further)
        try index.flush(to: file)
        #expect(try file.watermark() == further.watermark)
    }

    @Test func `damage is told of the file in use only, and ends with it`() throws {
        let damage = SQLiteError(code: 11, message: "damaged", context: "test")
        let main = try MainDatabase.made(directory.file("receiver.db"))
        index.report(damage, ofFile: index.fileNumber + 1)
        #expect(index.damage == nil)
        index.report(damage, ofFile: index.fileNumber)
        #expect(index.damage == damage)
        let old = index.fileNumber
        try index.rebuild(
            from: main,
            file: try file(),
            history: IndexHistory(main, feed: "feed-1")
        )
        #expect(index.damage == nil)
        index.report(damage, ofFile: old)
        #expect(index.damage == nil)
    }

    @Test(arguments: ["key = key + 1", "value = 77"])
    func `an entry that was changed is noticed, and one that is missing`(change: String) throws {
        let file = try file()
        for key in 1...1_000 { index.add(Int64(key), for: UInt64(key) << 40) }
        prepareFlush(newest)
        try index.flush(to: file)
        try file.checkEntries()
        let other = try Connection(path: directory.file("lookup"), mode: .readWrite)
        try other.execute("UPDATE entries SET \(change) WHERE value = 500")
        #expect(throws: SQLiteError.self) { try file.checkEntries() }
        try other.execute("DELETE FROM entries WHERE value IN (500, 77) OR key % 2 = 1")
        #expect(throws: SQLiteError.self) { try file.checkEntries() }
    }
}
