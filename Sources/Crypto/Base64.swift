/// Base64 as in RFC 4648 section 4: the standard alphabet, with padding, nothing else.
package enum Base64 {
    /// Decodes strictly, into `output`, whose former content is dropped and whose memory is reused.
    ///
    /// Returns false, with `output` unspecified, on a length that is no multiple of four, a byte
    /// outside the alphabet (white space too), padding that is missing or misplaced, or bits set
    /// that the last character should not have (RFC 4648 section 3.5): so there is exactly one
    /// text for some bytes.
    package static func decode(_ text: Span<UInt8>, into output: inout [UInt8]) -> Bool {
        output.removeAll(keepingCapacity: true)
        guard text.count % 4 == 0 else { return false }
        guard !text.isEmpty else { return true }
        output.reserveCapacity(text.count / 4 * 3)
        let table = values
        let last = text.count - 4
        var index = 0
        while index < last {
            let first = table[Int(text[index])]
            let second = table[Int(text[index + 1])]
            let third = table[Int(text[index + 2])]
            let fourth = table[Int(text[index + 3])]
            guard first | second | third | fourth < invalid else { return false }
            output.append(first << 2 | second >> 4)
            output.append(second << 4 | third >> 2)
            output.append(third << 6 | fourth)
            index += 4
        }
        return decodeLast(text.extracting(last...), into: &output)
    }

    /// Decodes strictly; nil as described at ``decode(_:into:)``.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        return decode(text, into: &output) ? output : nil
    }

    /// The text of `bytes`, padded.
    package static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let first = bytes[index]
            let second = left > 1 ? bytes[index + 1] : 0
            let third = left > 2 ? bytes[index + 2] : 0
            output.append(alphabet[Int(first >> 2)])
            output.append(alphabet[Int((first & 0x03) << 4 | second >> 4)])
            output.append(left > 1 ? alphabet[Int((second & 0x0F) << 2 | third >> 6)] : padding)
            output.append(left > 2 ? alphabet[Int(third & 0x3F)] : padding)
            index += 3
        }
        return output
    }

    /// The last four characters, the only ones where padding may stand.
    private static func decodeLast(_ text: Span<UInt8>, into output: inout [UInt8]) -> Bool {
        let first = values[Int(text[0])]
        let second = values[Int(text[1])]
        guard first | second < invalid else { return false }
        output.append(first << 2 | second >> 4)
        if text[3] == padding && text[2] == padding { return second & 0x0F == 0 }
        let third = values[Int(text[2])]
        guard third < invalid else { return false }
        output.append(second << 4 | third >> 2)
        if text[3] == padding { return third & 0x03 == 0 }
        let fourth = values[Int(text[3])]
        guard fourth < invalid else { return false }
        output.append(third << 6 | fourth)
        return true
    }

    private static let padding = UInt8(ascii: "=")

    /// The six bits of no character; also set in any combination that holds one such.
    private static let invalid: UInt8 = 0x80

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
    )

    private static let values: [256 of UInt8] = {
        var values = [256 of UInt8](repeating: invalid)
        for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
        return values
    }()
}
