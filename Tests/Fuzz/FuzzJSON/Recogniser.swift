/// Says whether bytes are the JSON we accept: slow, plain, and written apart from the product's
/// reader, over Unicode scalars that the standard library has validated.
struct Recogniser {
    private var rest: Substring.UnicodeScalarView

    /// RFC 8259, with names that differ, paired surrogates, and at most 16 levels.
    static func accepts(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        var recogniser = Recogniser(rest: text[...].unicodeScalars)
        return recogniser.value(levels: 16) && recogniser.rest.isEmpty
    }

    /// One value and the blanks around it.
    private mutating func value(levels: Int) -> Bool {
        skipBlanks()
        defer { skipBlanks() }
        switch rest.first {
        case "{": return levels > 0 && object(levels: levels - 1)
        case "[": return levels > 0 && array(levels: levels - 1)
        case "\"": return string() != nil
        case "t": return take("true")
        case "f": return take("false")
        case "n": return take("null")
        default: return number()
        }
    }

    private mutating func object(levels: Int) -> Bool {
        var names: Set<[UInt16]> = []
        rest.removeFirst()
        skipBlanks()
        if take("}") { return true }
        repeat {
            skipBlanks()
            guard let name = string(), names.insert(name).inserted else { return false }
            skipBlanks()
            guard take(":"), value(levels: levels) else { return false }
        } while take(",")
        return take("}")
    }

    private mutating func array(levels: Int) -> Bool {
        rest.removeFirst()
        skipBlanks()
        if take("]") { return true }
        repeat {
            guard value(levels: levels) else { return false }
        } while take(",")
        return take("]")
    }

    /// The UTF-16 units that a string stands for; nil when it is none, or has a lone surrogate.
    private mutating func string() -> [UInt16]? {
        guard take("\"") else { return nil }
        var units: [UInt16] = []
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"":
                let isPaired = String(validating: units, as: UTF16.self) != nil
                return isPaired ? units : nil
            case "\\":
                guard let unit = escape() else { return nil }
                units.append(unit)
            case "\0"..."\u{1F}":
                return nil
            default:
                units.append(contentsOf: Character(scalar).utf16)
            }
        }
        return nil
    }

    private mutating func escape() -> UInt16? {
        let plain: [Unicode.Scalar: UInt16] = [
            "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
        ]
        guard let letter = rest.popFirst() else { return nil }
        guard letter == "u" else { return plain[letter] }
        let digits = rest.prefix(4)
        let isHex = digits.allSatisfy { $0.isASCII && $0.properties.isHexDigit }
        guard digits.count == 4, isHex else { return nil }
        rest.removeFirst(4)
        return UInt16(String(digits), radix: 16)
    }

    private mutating func number() -> Bool {
        _ = take("-")  // the sign is optional
        if !take("0") {
            guard digits() else { return false }
        }
        if take(".") {
            guard digits() else { return false }
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }  // so is this one
            guard digits() else { return false }
        }
        return true
    }

    private mutating func digits() -> Bool {
        let count = rest.prefix { ("0"..."9").contains($0) }.count
        rest.removeFirst(count)
        return count > 0
    }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }[...]
    }

    private mutating func take(_ word: String) -> Bool {
        guard rest.starts(with: word.unicodeScalars) else { return false }
        rest.removeFirst(word.unicodeScalars.count)
        return true
    }
}
