import Glibc
import Testing

@testable import QRCode

struct QREncoderTests {
    /// What the `qrencode` command of the same library draws: two characters a module.
    private func expected(_ text: String) throws -> QRSymbol {
        // Without a quote in it, the text stands in quotes.
        try #require(!text.contains("'"))
        let pipe = try #require(popen("qrencode -t ASCII -m 0 -l M -- '\(text)'", "r"))
        var bytes: [UInt8] = []
        while case let byte = getc(pipe), byte != EOF { bytes.append(UInt8(byte)) }
        try #require(pclose(pipe) == 0, "the command qrencode is needed")
        let rows = bytes.split(separator: UInt8(ascii: "\n"))
        let darkness = rows.flatMap { row in
            stride(from: row.startIndex, to: row.endIndex, by: 2)
                .map { row[$0] == UInt8(ascii: "#") }
        }
        return QRSymbol(width: rows.count, darkness: darkness)
    }

    @Test func `a symbol is the one that the library's own command draws`() throws {
        let texts = [
            "0", "HELLO", "hello", "Grüße, 東京",
            "00020101021226570011ID.TEST.WWW5204541153033605802ID5904TOKO6007JAKARTA63041234",
            String(repeating: "x", count: 2331),
        ]
        for text in texts {
            let symbol = try QREncoder().symbol(of: text)
            #expect(try symbol == expected(text), "\(text.prefix(100))")
        }
    }

    @Test func `a symbol has its finder patterns and is light around`() throws {
        let symbol = try QREncoder().symbol(of: "0002")
        #expect(symbol.width == 21)
        let finder = [
            "#######", "#     #", "# ### #", "# ### #", "# ### #", "#     #", "#######",
        ]
        for (top, left) in [(0, 0), (0, 14), (14, 0)] {
            for (row, line) in finder.enumerated() {
                for (column, mark) in line.enumerated() {
                    #expect(symbol.isDark(row: top + row, column: left + column) == (mark == "#"))
                }
            }
        }
        for (row, column) in [(-1, 0), (0, -1), (21, 0), (0, 21)] {
            #expect(!symbol.isDark(row: row, column: column))
        }
    }

    @Test func `a text without a symbol is refused`() throws {
        let encoder = try QREncoder()
        for text in ["", "a\0b", String(repeating: "x", count: 2332)] {
            #expect(throws: QREncoderError.unencodable) { try encoder.symbol(of: text) }
        }
    }

    @Test(arguments: [
        ("libqrencode-none.so.9", "libqrencode-none.so.9 is not installed (package libqrencode4)"),
        ("libm.so.6", "libm.so.6 is not libqrencode 4"),
    ])
    func `a library that is missing or another one is told`(_ name: String, _ text: String) {
        let error = #expect(throws: QREncoderError.self) { try QREncoder(library: name) }
        #expect(error?.description == text)
    }
}
