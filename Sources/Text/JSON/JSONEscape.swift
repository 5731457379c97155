/// Escapes in JSON strings (RFC 8259 section 7).
enum JSONEscape {
    /// The length of the escape at `position` in bytes; a surrogate pair counts as one escape.
    static func length(at position: Int, in bytes: Span<UInt8>) throws(JSONError) -> Int {
        guard position + 1 < bytes.count else {
            throw JSONError(reason: .endOfText, offset: bytes.count)
        }
        let letter = bytes[position + 1]
        guard letter == UInt8(ascii: "u") else {
            guard plain(letter) != nil else {
                throw JSONError(reason: .escape, offset: position)
            }
            return 2
        }
        guard let unit = unit(at: position, in: bytes) else {
            throw JSONError(reason: .escape, offset: position)
        }
        guard unit & 0xF800 == 0xD800 else { return 6 }
        // RFC 8259 section 7: a character beyond the basic plane is a high and then a low
        // surrogate.
        guard unit < 0xDC00,
            let low = self.unit(at: position + 6, in: bytes),
            low & 0xFC00 == 0xDC00
        else { throw JSONError(reason: .surrogate, offset: position) }
        return 12
    }

    /// The bytes that the content of a string stands for. The content was validated before.
    static func unescaped(_ content: Span<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(content.count)
        var position = 0
        while position < content.count {
            let byte = content[position]
            guard byte == UInt8(ascii: "\\"), position + 1 < content.count else {
                output.append(byte)
                position += 1
                continue
            }
            if let byte = plain(content[position + 1]) {
                output.append(byte)
                position += 2
                continue
            }
            let (scalar, length) = scalar(at: position, in: content)
            output.append(contentsOf: String(Character(scalar)).utf8)
            position += length
        }
        return output
    }

    /// The byte that a two-character escape stands for.
    private static func plain(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The scalar of the `\u` escape at `position`, and the length of the escape.
    private static func scalar(at position: Int, in bytes: Span<UInt8>) -> (Unicode.Scalar, Int) {
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard let high = unit(at: position, in: bytes) else { return (replacement, 2) }
        guard high & 0xFC00 == 0xD800, let low = unit(at: position + 6, in: bytes) else {
            return (Unicode.Scalar(high) ?? replacement, 6)
        }
        let value = 0x10000 + (UInt32(high & 0x3FF) << 10 | UInt32(low & 0x3FF))
        return (Unicode.Scalar(value) ?? replacement, 12)
    }

    /// The UTF-16 unit of `\uXXXX` at `position`; nil for anything else.
    private static func unit(at position: Int, in bytes: Span<UInt8>) -> UInt16? {
        guard position + 6 <= bytes.count else { return nil }
        guard bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt16 = 0
        for index in position + 2..<position + 6 {
            guard let digit = hexDigit(bytes[index]) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }

    private static func hexDigit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        default: nil
        }
    }
}

/// Checks that the member names of an object differ after unescaping (RFC 8259 section 4).
enum JSONNames {
    /// The maximum of members that are compared in pairs, which needs no allocation.
    private static let pairwiseMax = 16

    /// The offset of a name that occurs twice in the object at `index`; nil when all differ.
    static func repetition(
        in index: Int,
        of tokens: [JSONToken],
        _ bytes: Span<UInt8>
    ) -> Int? {
        let end = Int(tokens[index].next)
        var count = 0
        var name = index + 1
        while name < end {
            count += 1
            // With many members, comparing pairs would take quadratic time.
            if count > pairwiseMax { return repetitionAmongMany(in: index, of: tokens, bytes) }
            var other = index + 1
            while other < name {
                if isEqual(tokens[other], tokens[name], bytes) {
                    return tokens[name].range.lowerBound
                }
                other = Int(tokens[other + 1].next)
            }
            name = Int(tokens[name + 1].next)
        }
        return nil
    }

    private static func repetitionAmongMany(
        in index: Int,
        of tokens: [JSONToken],
        _ bytes: Span<UInt8>
    ) -> Int? {
        // Swift seeds its hashes at random in each process, so no sender can construct collisions.
        var seen: Set<[UInt8]> = []
        var name = index + 1
        while name < Int(tokens[index].next) {
            let token = tokens[name]
            let isNew = seen.insert(JSONEscape.unescaped(bytes.extracting(token.range))).inserted
            if !isNew { return token.range.lowerBound }
            name = Int(tokens[name + 1].next)
        }
        return nil
    }

    private static func isEqual(
        _ left: JSONToken,
        _ right: JSONToken,
        _ bytes: Span<UInt8>
    ) -> Bool {
        if left.hasEscapes || right.hasEscapes {
            return JSONEscape.unescaped(bytes.extracting(left.range))
                == JSONEscape.unescaped(bytes.extracting(right.range))
        }
        return bytes.extracting(left.range).isEqual(to: bytes.extracting(right.range))
    }
}
