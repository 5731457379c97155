import Text

/// The longest part of a value that a message shows, in bytes.
private let shownBytesMax = 64

/// The bytes of a file as text for people: on one line, without invisible characters, shortened.
func shown(_ bytes: some Collection<UInt8>) -> String {
    let text = oneLine(String(decoding: bytes.prefix(shownBytesMax), as: UTF8.self))
    return bytes.count > shownBytesMax ? text + "…" : text
}

/// `column Amount`, or `column 3` of a column that is selected by its number.
func quotedColumn(_ column: String) -> String { "column \(shown(column.utf8))" }

extension ArraySlice<UInt8> {
    /// The bytes without blanks at both ends: spaces, tabs, line ends, and no-break spaces.
    var trimmed: ArraySlice<UInt8> {
        // Most fields have none: ASCII that is visible at both ends.
        let visible: ClosedRange<UInt8> = 0x21...0x7E
        if let first, let last, visible.contains(first), visible.contains(last) { return self }
        var rest = self
        while let length = rest.leadingBlank { rest = rest.dropFirst(length) }
        while let length = rest.trailingBlank { rest = rest.dropLast(length) }
        return rest
    }

    /// The length of a blank at the start; nil if there is none.
    var leadingBlank: Int? {
        guard let first else { return nil }
        if first <= 0x20 { return 1 }
        return Self.wideBlanks.first { starts(with: $0) }?.count
    }

    private var trailingBlank: Int? {
        guard let last else { return nil }
        if last <= 0x20 { return 1 }
        return Self.wideBlanks.first { suffix($0.count).elementsEqual($0) }?.count
    }

    /// U+00A0 and U+202F, with which spreadsheets group digits, and U+FEFF.
    private static let wideBlanks: [[UInt8]] = [
        [0xC2, 0xA0], [0xE2, 0x80, 0xAF], [0xEF, 0xBB, 0xBF],
    ]

    /// Whether the bytes are this ASCII text, which is in lower case, in either case.
    func matches(_ text: String) -> Bool {
        count == text.utf8.count && zip(self, text.utf8).allSatisfy { Self.lowered($0) == $1 }
    }

    /// Whether the bytes begin with this ASCII text, which is in lower case, in either case.
    func begins(with text: String) -> Bool {
        count >= text.utf8.count && zip(self, text.utf8).allSatisfy { Self.lowered($0) == $1 }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension UInt8 {
    /// Whether the byte is a decimal digit.
    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
}
