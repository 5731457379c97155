import Testing

@testable import HTTPCore

struct ByteClassTests {
    private static let digits = "0123456789"
    private static let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    private static let unreservedAndDelimiters = digits + letters + "-._~" + "!$&'()*+,;="

    /// Each class with its members as its RFC lists them.
    private static let classes: [(String, ByteClass, Set<UInt8>)] = [
        ("DIGIT", .digit, Set(digits.utf8)),
        ("HEXDIG", .hexDigit, Set((digits + "abcdefABCDEF").utf8)),
        ("ALPHA", .alpha, Set(letters.utf8)),
        ("tchar", .token, Set((digits + letters + "!#$%&'*+-.^_`|~").utf8)),
        ("field-value", .fieldValue, Set([0x09] + Array(0x20...0x7E) + Array(0x80...0xFF))),
        ("reg-name", .registeredName, Set(unreservedAndDelimiters.utf8)),
        ("path", .path, Set((unreservedAndDelimiters + ":@/[]").utf8)),
        ("query", .query, Set((unreservedAndDelimiters + ":@/?[]").utf8)),
        ("request-target", .target, Set((unreservedAndDelimiters + ":@/?[]%").utf8)),
        ("IPv6address", .addressLiteral, Set((digits + "abcdefABCDEF:.").utf8)),
    ]

    @Test func `each table holds exactly the bytes of its ABNF`() {
        for (name, table, members) in Self.classes {
            for byte in UInt8.min...UInt8.max {
                #expect(table.contains(byte) == members.contains(byte), "\(name) 0x\(hex(byte))")
            }
        }
    }

    @Test func `eight bytes at a time find what one at a time find`() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<20 {
                var bytes = Array("abcdefghijklmnopqrst".utf8)
                bytes[place] = byte
                let span = bytes.span
                let expected = span.end(of: .fieldValue, in: 0..<20)
                #expect(span.endOfFieldValue(in: 0..<20) == expected, "0x\(hex(byte)) at \(place)")
            }
        }
    }

    @Test func `of several bytes that end a value the first counts`() {
        let refused: [UInt8] = [0x00, 0x0D, 0x1F, 0x7F]
        for (first, second) in refused.flatMap({ a in refused.map { (a, $0) } }) {
            for gap in 1..<6 {
                // 0x80 and 0xFF next to a refused byte are what a borrow could spoil.
                var bytes: [UInt8] = [0x80, 0x20, 0xFF, 0x09, 0x80, 0x20, 0xFF, 0x7E, 0x80, 0x21]
                bytes[2] = first
                bytes[2 + gap] = second
                #expect(bytes.span.endOfFieldValue(in: 0..<10) == 2)
            }
        }
    }

    @Test func `a range's end is respected on both paths`() {
        let bytes = Array(repeating: UInt8(ascii: "a"), count: 24)
        for (lower, upper) in [(0, 24), (0, 8), (3, 11), (5, 5), (1, 8), (8, 24), (24, 24)] {
            #expect(bytes.span.endOfFieldValue(in: lower..<upper) == upper)
            #expect(bytes.span.end(of: .token, in: lower..<upper) == upper)
        }
    }

    private func hex(_ byte: UInt8) -> String { String(byte, radix: 16) }
}
