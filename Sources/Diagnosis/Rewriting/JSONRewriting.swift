/// Rewritings of JSON text that preserve its values.
///
/// They work on bytes and are defined for any input. Text that is not JSON keeps its bytes outside
/// the rewritten escapes and literals.
enum JSONRewriting {
    /// The text with every slash in strings escaped (`\/`), or with none escaped.
    static func slashes(_ text: [UInt8], escaped: Bool) -> [UInt8] {
        let slash = Array((escaped ? "\\/" : "/").utf8)
        return mapped(text) { unit, isInString, output in
            if isInString, unit.last == UInt8(ascii: "/") {
                output += slash
            } else {
                output += unit
            }
        }
    }

    /// The text with `\uXXXX` in strings replaced by the characters for which `isWanted` is true.
    ///
    /// Unpaired surrogates stay escaped.
    static func unescaped(_ text: [UInt8], where isWanted: (UInt32) -> Bool) -> [UInt8] {
        // A high surrogate that waits for its low surrogate.
        var high: UInt32?
        var result = mapped(text) { unit, isInString, output in
            let value = isInString ? escapedUnit(unit) : nil
            if let first = high {
                high = nil
                if let value, value & 0xFC00 == 0xDC00,
                    let scalar = Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + (value & 0x3FF)),
                    isWanted(scalar.value)
                {
                    output += Array(String(Character(scalar)).utf8)
                    return
                }
                output += escape(UInt16(first), capitals: false)
            }
            if let value, value & 0xFC00 == 0xD800 {
                high = value
            } else if let value, let scalar = Unicode.Scalar(value), isWanted(value) {
                output += Array(String(Character(scalar)).utf8)
            } else {
                output += unit
            }
        }
        if let high { result += escape(UInt16(high), capitals: false) }
        return result
    }

    /// The text with the characters in strings for which `isWanted` is true replaced by `\uxxxx`.
    ///
    /// Existing escapes get the same case of digits; invalid UTF-8 is unchanged.
    static func escaped(
        _ text: [UInt8],
        capitals: Bool,
        where isWanted: (UInt32) -> Bool
    ) -> [UInt8] {
        mapped(text) { unit, isInString, output in
            if !isInString {
                output += unit
            } else if let value = escapedUnit(unit) {
                output += escape(UInt16(value), capitals: capitals)
            } else if unit.first.map(isPlain) == false, unit.first != UInt8(ascii: "\\"),
                let scalar = String(validating: unit, as: UTF8.self)?.unicodeScalars.first,
                isWanted(scalar.value)
            {
                for half in scalar.utf16 { output += escape(half, capitals: capitals) }
            } else {
                output += unit
            }
        }
    }

    // MARK: Units

    /// Calls `append` for each unit of the text, and returns what it appended.
    ///
    /// A unit is an escape, a character, a run of bytes that no rewriting changes, or any other
    /// single byte.
    private static func mapped(
        _ text: [UInt8],
        _ append: (_ unit: ArraySlice<UInt8>, _ isInString: Bool, inout [UInt8]) -> Void
    ) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var isInString = false
        var index = 0
        while index < text.count {
            let isQuote = text[index] == UInt8(ascii: "\"")
            var end = index + 1
            if !isQuote {
                end = isInString ? stringUnitEnd(text, from: index) : runEnd(text, from: index)
            }
            append(text[index..<end], isInString && !isQuote, &output)
            if isQuote { isInString.toggle() }
            index = end
        }
        return output
    }

    /// The end of a run of bytes outside strings.
    private static func runEnd(_ text: [UInt8], from start: Int) -> Int {
        var end = start + 1
        while end < text.count, text[end] != UInt8(ascii: "\"") { end += 1 }
        return end
    }

    /// The end of the unit at `start`, inside a string.
    private static func stringUnitEnd(_ text: [UInt8], from start: Int) -> Int {
        var end = start
        while end < text.count, isPlain(text[end]) { end += 1 }
        return end > start ? end : start + unitCount(text, at: start)
    }

    /// Whether no rewriting changes the byte inside a string.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "="), UInt8(ascii: "+"),
            UInt8(ascii: "'"), UInt8(ascii: "`"):
            false
        default: byte < 0x80
        }
    }

    /// The number of bytes of the escape or character at `index`, inside a string.
    private static func unitCount(_ text: [UInt8], at index: Int) -> Int {
        let rest = text.count - index
        let count: Int
        switch text[index] {
        case UInt8(ascii: "\\"):
            let isUnicode = rest > 1 && text[index + 1] == UInt8(ascii: "u")
            count =
                isUnicode && escapedUnit(text[index..<min(index + 6, text.count)]) != nil ? 6 : 2
        case 0xC2...0xDF: count = 2
        case 0xE0...0xEF: count = 3
        case 0xF0...0xF4: count = 4
        default: count = 1
        }
        guard text[index] >= 0x80 else { return min(count, rest) }
        // A lead byte without its continuation bytes is a unit of its own.
        let followers = text[(index + 1)...].prefix(count - 1)
        let isWhole = followers.count == count - 1 && followers.allSatisfy { $0 & 0xC0 == 0x80 }
        return isWhole ? count : 1
    }

    /// The UTF-16 code unit of `\uXXXX`; nil for any other unit.
    private static func escapedUnit(_ unit: ArraySlice<UInt8>) -> UInt32? {
        let start = unit.startIndex
        guard unit.count == 6, unit[start] == UInt8(ascii: "\\"),
            unit[start + 1] == UInt8(ascii: "u")
        else { return nil }
        var value: UInt32 = 0
        for byte in unit[(start + 2)...] {
            guard let digit = hexValue(byte) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    /// The escape `\uXXXX` of a UTF-16 code unit.
    private static func escape(_ unit: UInt16, capitals: Bool) -> [UInt8] {
        let digits = String(unit, radix: 16, uppercase: capitals)
        return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
    }
}

/// The value of a hexadecimal digit in either case; nil for every other byte.
func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
