/// Sequences of more than one byte in UTF-8.
enum UTF8Sequence {
    /// Bytes of the sequence that begins at `position`, or 0 when it is not well formed.
    ///
    /// RFC 3629 section 4: no overlong forms, no surrogates, nothing above U+10FFFF.
    static func length(at position: Int, in bytes: Span<UInt8>) -> Int {
        let second: ClosedRange<UInt8>
        let length: Int
        switch bytes[position] {
        case 0xC2...0xDF: (second, length) = (0x80...0xBF, 2)
        case 0xE0: (second, length) = (0xA0...0xBF, 3)
        case 0xED: (second, length) = (0x80...0x9F, 3)
        case 0xE1...0xEF: (second, length) = (0x80...0xBF, 3)
        case 0xF0: (second, length) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, length) = (0x80...0xBF, 4)
        case 0xF4: (second, length) = (0x80...0x8F, 4)
        default: return 0
        }
        guard position + length <= bytes.count else { return 0 }
        guard second.contains(bytes[position + 1]) else { return 0 }
        for index in position + 2..<position + max(length, 2) {
            guard bytes[index] & 0xC0 == 0x80 else { return 0 }
        }
        return length
    }
}
