import Foundation
import SQLite
import Support
import Testing

/// What a recovery would lose silently is told from a commit that a power cut has torn.
@Suite struct WALExaminationTests {
    private let wal: [UInt8]

    /// The offsets at which commits end.
    private let ends: [Int]

    private static let (header, frame) = (32, 4_120)

    /// A WAL of six commits, of one to three frames.
    init() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("test.db")
        let connection = try Connection(path: path, mode: .readWriteCreate)
        try connection.execute("PRAGMA journal_mode = WAL; CREATE TABLE rows (content BLOB)")
        var ends: [Int] = []
        let bytes = { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))) }
        ends.append(try bytes().count)
        for size in [10, 9_000, 100, 12_000, 20] {
            try connection.execute("INSERT INTO rows VALUES (zeroblob(\(size)))")
            ends.append(try bytes().count)
        }
        wal = try bytes()
        self.ends = ends
    }

    @Test func `a sound WAL, an empty one and one of a file that was cut off are in order`() {
        #expect(WALExamination.damage(in: wal) == nil)
        #expect(WALExamination.damage(in: []) == nil)
        for count in stride(from: 0, to: wal.count, by: 1_003) {
            #expect(WALExamination.damage(in: Array(wal.prefix(count))) == nil, "\(count)")
        }
    }

    /// All bits of the commits before the last one: a single frame of a flipped bit hides them.
    @Test func `whichever bit is another one before the last commit, it is noticed`() throws {
        let last = ends[ends.count - 2]
        var random = SplitMix64(seed: 15)
        for round in 0..<300 {
            var damaged = wal
            // The header too, but for its sequence number, which has no meaning beside its sum.
            let index = round < 32 ? round : Int(random.next() % UInt64(last))
            damaged[index] ^= 1 << UInt8(random.next() % 8)
            #expect(WALExamination.damage(in: damaged) != nil, "byte \(index) of \(last)")
        }
    }

    @Test func `damage names the first frame that cannot be read`() throws {
        var damaged = wal
        damaged[Self.header + 2 * Self.frame + 100] ^= 4
        #expect(try #require(WALExamination.damage(in: damaged)).contains("frame 3 is damaged"))
    }

    @Test func `whatever of the last commit is missing, it is a torn one`() {
        let last = ends[ends.count - 2]
        for offset in stride(from: last, to: wal.count, by: 97) {
            var torn = wal
            torn[offset] ^= 0x55
            #expect(WALExamination.damage(in: torn) == nil, "\(offset)")
        }
    }

    /// Its first page is changed by the schema's version, which counts the commits here.
    @Test func `the first page is found as of the newest commit that is whole`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("test.db")
        let connection = try Connection(path: path, mode: .readWriteCreate)
        try connection.execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
        var ends: [Int] = []
        let bytes = { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "-wal"))) }
        for version in 1...4 {
            try connection.execute(
                """
                BEGIN; CREATE TABLE rows\(version) (x); PRAGMA user_version = \(version); COMMIT;
                """
            )
            ends.append(try bytes().count)
        }
        let wal = try bytes()
        let version = { (wal: [UInt8]) -> UInt8? in
            WALExamination.firstPage(in: wal).map { $0[$0.startIndex + 63] }
        }
        for count in stride(from: 0, through: wal.count, by: 411) + [wal.count] {
            let committed = ends.count { $0 <= count }
            let expected = committed == 0 ? nil : UInt8(committed)
            #expect(version(Array(wal.prefix(count))) == expected, "\(count)")
        }
        // The rest of an earlier use of the WAL is none of it.
        try connection.execute("PRAGMA wal_checkpoint(RESTART); CREATE TABLE last (x)")
        #expect(try bytes().count == wal.count)
        #expect(try version(bytes()) == 4)
        try connection.execute("PRAGMA user_version = 9")
        #expect(try version(bytes()) == 9)
    }

    /// A write that was larger than the cache, and then rolled back, has left them.
    @Test func `frames behind the newest commit that belong to none are no damage`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("test.db")
        let connection = try Connection(path: path, mode: .readWriteCreate)
        try connection.execute(
            """
            PRAGMA journal_mode = WAL; PRAGMA cache_size = 2; CREATE TABLE rows (content BLOB);
            BEGIN; INSERT INTO rows VALUES (zeroblob(90000)), (zeroblob(90000)); ROLLBACK;
            """
        )
        let large = try Data(contentsOf: URL(fileURLWithPath: path + "-wal")).count
        try connection.execute("INSERT INTO rows VALUES (zeroblob(10))")
        let left = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "-wal")))
        #expect(left.count == large && large > 20 * Self.frame, "the frames are there")
        #expect(WALExamination.damage(in: left) == nil)
    }
}
