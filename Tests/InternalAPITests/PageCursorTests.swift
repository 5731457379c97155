import Support
import Testing

@testable import InternalAPI

/// Opaque places in lists.
@Suite struct PageCursorTests {
    private let query = "1 created success 10  PAY~?>"

    @Test(arguments: [0, 1, 9, 10, 99_999, Int64.max])
    func `a cursor leads back to its place, for its own query`(place: Int64) {
        let cursor = PageCursor.text(place, of: query)
        #expect(cursor.utf8.allSatisfy { isURLByte($0) }, "nothing to escape in a URL")
        #expect(PageCursor.place(cursor, of: query) == place)
        #expect(PageCursor.place(cursor, of: query + "x") == nil)
        #expect(PageCursor.place(cursor, of: "") == nil)
    }

    private func isURLByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    @Test func `both letters that base64url has of its own are used`() {
        let cursors = (0..<100).map { PageCursor.text($0, of: "\u{3F}\u{3E}\u{3F}\u{7E}\u{7E}") }
        #expect(cursors.contains { $0.contains("-") || $0.contains("_") })
        for (place, cursor) in cursors.enumerated() {
            #expect(PageCursor.place(cursor, of: "\u{3F}\u{3E}\u{3F}\u{7E}\u{7E}") == Int64(place))
        }
    }

    @Test func `what is no cursor is refused, every change of one too`() {
        let cursor = PageCursor.text(17, of: query)
        for garbage in ["", "x", "AAAA", "====", "é", " ", "1 created", cursor + "=", "+/+/"] {
            #expect(PageCursor.place(garbage, of: query) == nil, "\(garbage)")
        }
        for count in 0..<cursor.count {
            #expect(PageCursor.place(String(cursor.prefix(count)), of: query) != 17)
        }
        for sign in ["-1", "+1", "1 ", "", "1.0", "99999999999999999999"] {
            let text = PageCursor.text(1, of: "\(query) \(sign)")
            #expect(PageCursor.place(text, of: query) == nil, "\(sign)")
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `a changed cursor leads to another place of its list, or nowhere`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let letters = Array("ABYZabyz0189-_+/=. \u{e9}".unicodeScalars)
        for _ in 0..<200 {
            let place = Int64.random(in: 0...Int64.max, using: &random)
            var cursor = Array(PageCursor.text(place, of: query).unicodeScalars)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<cursor.count, using: &random)
                cursor[index] = letters.randomElement(using: &random) ?? "A"
            }
            var text = ""
            text.unicodeScalars.append(contentsOf: cursor)
            guard let other = PageCursor.place(text, of: query) else { continue }
            #expect(other >= 0)
            // Leading zeros alone make a second cursor of one place.
            let first = PageCursor.text(other, of: query)
            #expect(first == text || first.utf8.count < text.utf8.count)
        }
    }
}
