/// Rewritings of JSON text that keep its values, on bytes: any input is defined.
enum JSONRewriting {
    /// Slashes in strings with or without a backslash before them.
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

    /// `\uXXXX` in strings as the characters themselves, where `isWanted` says so of the scalar.
    /// Surrogates without their other half stay.
    static func unescaped(_ text: [UInt8], where isWanted: (UInt32) -> Bool) -> [UInt8] {
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

    /// Characters in strings as `\uxxxx`, where `isWanted` says so of the scalar; those that are
    /// escaped already get the same case. What is not UTF-8 stays.
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

    /// Numbers without zeros at the end of their fraction; of a fraction of nothing but zeros, one
    /// stays when it is to be kept. Numbers with an exponent stay.
    static func numbers(_ text: [UInt8], keepsFraction: Bool) -> [UInt8] {
        var number: [UInt8] = []
        func rewritten() -> [UInt8] {
            defer { number = [] }
            guard let point = number.firstIndex(of: UInt8(ascii: ".")),
                !number.contains(where: { $0 | 0x20 == UInt8(ascii: "e") })
            else { return number }
            var short = number
            while short.last == UInt8(ascii: "0"), short.count > point + 1 { short.removeLast() }
            if short.count > point + 1 { return short }
            return keepsFraction ? short + [UInt8(ascii: "0")] : Array(short.dropLast())
        }
        var result = mapped(text) { unit, isInString, output in
            if !isInString, unit.first.map(isNumberByte) == true {
                number += unit
            } else {
                output += rewritten() + unit
            }
        }
        result += rewritten()
        return result
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    // MARK: Units

    /// Calls `append` for each unit of the text: an escape, a character, a run of characters that
    /// no rewriting is about, or a byte that is none of these.
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

    /// Where a run of bytes outside strings ends: all of them of numbers, or none.
    private static func runEnd(_ text: [UInt8], from start: Int) -> Int {
        let isNumber = isNumberByte(text[start])
        var end = start + 1
        while end < text.count, text[end] != UInt8(ascii: "\""), isNumberByte(text[end]) == isNumber
        {
            end += 1
        }
        return end
    }

    /// Where the unit at `start`, within a string, ends.
    private static func stringUnitEnd(_ text: [UInt8], from start: Int) -> Int {
        var end = start
        while end < text.count, isPlain(text[end]) { end += 1 }
        return end > start ? end : start + unitCount(text, at: start)
    }

    /// Whether a byte stands for itself in a string under every rewriting.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "&"):
            false
        default: byte < 0x80
        }
    }

    /// How many bytes belong together at `index`, within a string.
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
        // A lead byte without its followers stands alone.
        let followers = text[(index + 1)...].prefix(count - 1)
        let isWhole = followers.count == count - 1 && followers.allSatisfy { $0 & 0xC0 == 0x80 }
        return isWhole ? count : 1
    }

    /// The UTF-16 unit of `\uXXXX`; nil when the unit is something else.
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

    private static func escape(_ unit: UInt16, capitals: Bool) -> [UInt8] {
        let digits = String(unit, radix: 16, uppercase: capitals)
        return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
    }
}
