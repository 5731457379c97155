import SQLite
import Support
import Testing

/// What goes into a statement comes out of it, of the same type.
@Suite struct StatementTests {
    private let directory: TemporaryDirectory
    private let connection: Connection

    init() throws {
        directory = try TemporaryDirectory()
        connection = try Connection(path: directory.file("test.db"), mode: .readWriteCreate)
        try connection.execute(
            "CREATE TABLE things (number INTEGER, words TEXT, bytes BLOB) STRICT"
        )
    }

    private func insert(_ number: Int64?, _ words: String?, _ bytes: [UInt8]?) throws {
        try connection.prepare("INSERT INTO things VALUES (?, ?, ?)").run {
            $0.integer(number)
            $0.text(words)
            $0.blob(bytes)
        }
    }

    @Test(arguments: [
        ("", "an empty text is no NULL"),
        ("a\0b", "a NUL is part of the text"),
        ("\0", "a text of nothing but NUL"),
        ("Rp 10.000 – ✓ 👍🏽", "more than ASCII"),
        (String(repeating: "x", count: 100_000), "longer than a page"),
    ])
    func `text comes back as it went in`(text: String, reason: String) throws {
        try insert(nil, text, nil)
        let found = try connection.prepare("SELECT words, length(CAST(words AS BLOB)) FROM things")
            .first { row in
                let bytes = row.withText(0) { bytes in bytes.indices.map { bytes[$0] } }
                return (row.optionalText(0), row.integer(1), bytes)
            }
        #expect(found?.0 == text, "\(reason)")
        #expect(found?.1 == Int64(text.utf8.count))
        #expect(found?.2 == Array(text.utf8))
    }

    @Test(arguments: [[], [0], [0xFF, 0x00, 0x80], [UInt8](repeating: 7, count: 100_000)])
    func `a blob comes back as it went in`(bytes: [UInt8]) throws {
        try insert(nil, nil, bytes)
        let found = try connection.prepare("SELECT bytes, typeof(bytes) FROM things")
            .first(row: { ($0.blob(0), $0.text(1)) })
        #expect(found?.0 == bytes)
        #expect(found?.1 == "blob", "an empty blob is no NULL")
    }

    @Test(arguments: [Int64.min, -1, 0, 1, Int64.max])
    func `an integer comes back as it went in`(number: Int64) throws {
        try insert(number, nil, nil)
        let found = try connection.prepare("SELECT number FROM things")
            .first(row: { $0.optionalInteger(0) })
        #expect(found == number)
    }

    @Test func `NULL reads as nothing, or as the empty value where nothing cannot be`() throws {
        try insert(nil, nil, nil)
        let isNothing = try connection.prepare("SELECT number, words, bytes FROM things").first {
            $0.isNull(0) && $0.isNull(1) && $0.isNull(2) && $0.optionalInteger(0) == nil
                && $0.optionalText(1) == nil && $0.integer(0) == 0 && $0.text(1).isEmpty
                && $0.blob(2).isEmpty && $0.withText(1) { $0.isEmpty }
        }
        #expect(isNothing == true)
    }

    @Test func `a statement is used again with other values`() throws {
        let statement = try connection.prepare("INSERT INTO things (number) VALUES (?)")
        for number in 1...3 { try statement.run { $0.integer(number) } }
        let all = try connection.prepare("SELECT number FROM things ORDER BY number")
        #expect(try all.all(row: { $0.integer(0) }) == [1, 2, 3])
        #expect(try all.all(row: { $0.integer(0) }) == [1, 2, 3])
    }

    @Test func `values of every length come back from a statement that is used again`() throws {
        // Around the memory that a statement begins with, and the most that it takes.
        let lengths = [0, 1, 100, 300, 255, 256, 257, 70_000, 10, 65_536, 65_537, 3, 0, 500]
        let insertion = try connection.prepare("INSERT INTO things VALUES (?, ?, ?)")
        for (place, length) in lengths.enumerated() {
            try insertion.run {
                $0.integer(place)
                $0.text(String(repeating: place % 2 == 0 ? "a" : "b", count: length))
                $0.blob([UInt8](repeating: UInt8(place), count: length))
            }
        }
        let found = try connection.prepare("SELECT words, bytes FROM things ORDER BY number")
            .all(row: { ($0.text(0), $0.blob(1)) })
        #expect(found.map(\.0.utf8.count) == lengths)
        #expect(found.map(\.1.count) == lengths)
        for (place, row) in found.enumerated() {
            #expect(Set(row.0).count <= 1 && Set(row.1).isSubset(of: [UInt8(place)]))
        }
    }

    @Test func `reading stops when the reader has enough, and holds nothing open`() throws {
        for number in 1...3 { try insert(Int64(number), nil, nil) }
        let all = try connection.prepare("SELECT number FROM things ORDER BY number")
        var seen: [Int64] = []
        try all.forEach {
            seen.append($0.integer(0))
            return seen.count < 2
        }
        #expect(seen == [1, 2])
        // A statement that still stood on its row would hold the table.
        try connection.execute("DROP TABLE things")
    }

    @Test func `a value that SQLite refuses is an error of the statement`() throws {
        let statement = try connection.prepare("INSERT INTO things (number) VALUES (?)")
        let error = #expect(throws: SQLiteError.self) { try statement.run { $0.text("abc") } }
        #expect(error?.primaryCode == 19)
    }

    @Test func `text that is no SQL, and no SQL at all, are errors`() throws {
        #expect(throws: SQLiteError.self) { try connection.prepare("SELEC 1") }
        #expect(throws: SQLiteError.self) { try connection.prepare("") }
        #expect(throws: SQLiteError.self) { try connection.prepare("SELECT * FROM nothing") }
    }

    @Test func `a wrong number of values stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let connection = try Connection(path: ":memory:", mode: .readWriteCreate)
            try connection.prepare("SELECT ?, ?").run { $0.integer(1) }
        }
        await #expect(processExitsWith: .failure) {
            let connection = try Connection(path: ":memory:", mode: .readWriteCreate)
            try connection.prepare("SELECT ?").run {
                $0.integer(1)
                $0.integer(2)
            }
        }
    }
}
