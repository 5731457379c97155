import Compression
import Text

/// Another form of the same body, as the libraries of senders and proxies make it (article
/// Gateway).
///
/// A fault signs one form and sends another one, so that the signature does not verify. The raw
/// values are the interface of the faults `signed-body` and `sent-body`, so they must not change.
enum BodyRewrite: String, CaseIterable, Sendable {
    case usual
    // White space.
    case whitespaceFree = "whitespace-free"
    case noLineBreaks = "no-line-breaks"
    case singleBlanks = "single-blanks"
    case indent2 = "indent-2"
    case indent4 = "indent-4"
    case tabs
    case spacedSeparators = "spaced-separators"
    case trailingNewline = "trailing-newline"
    case byteOrderMark = "bom"
    // Members.
    case sorted
    case reversed
    case gatewayOrder = "gateway-order"
    case withoutNulls = "without-nulls"
    // Escapes.
    case asciiEscapes = "ascii-escapes"
    case dotnetEscapes = "dotnet-escapes"
    case gsonEscapes = "gson-escapes"
    case phpEscapes = "php-escapes"
    case slashEscapes = "slash-escapes"
    // Numbers: as Java writes a double, a number for the amount's string, a string for numbers.
    case exponent
    case amountAsNumber = "amount-as-number"
    case numbersAsStrings = "numbers-as-strings"
    // Encodings of characters beyond ASCII.
    case questionMarks = "question-marks"
    case latin1 = "latin-1"
    case windows1252 = "windows-1252"
    case doubleUTF8 = "double-utf-8"
    case decomposed = "nfd"
    // What stands around the object.
    case gzip
    case jsonString = "json-string"
    case array
    case empty

    /// The forms that can be made here: gzip needs zlib, which is loaded at run time.
    static let available = allCases.filter { $0 != .gzip || Deflater() != nil }

    /// The form with this name; nil if there is none, or if it cannot be made here.
    init?(available name: String) {
        guard let form = Self(rawValue: name), Self.available.contains(form) else { return nil }
        self = form
    }

    /// The name of SNAP BI's optional member for what its tables do not have.
    static let additionalInfo = "additionalInfo"

    /// Content of that member in which the forms differ: null, two blanks, a slash, characters that
    /// JSON libraries escape, and characters beyond ASCII.
    static let variedInfo: JSONObjectText = {
        var info = JSONObjectText()
        info.add("merchantName", "Warung  Caf\u{E9} \u{2013} A/B")
        info.add("terminalId", literal: "null")
        info.add("note", "1 < 2 & 2 > 1, so it's a = b")
        return info
    }()

    /// The body in this form; unchanged where the form needs JSON and the body is none.
    func applied(to body: [UInt8]) -> [UInt8] {
        switch self {
        case .usual: body
        case .whitespaceFree: body.filter { !isJSONBlank($0) }
        case .noLineBreaks: body.filter { !isJSONBlank($0) || $0 == 0x20 }
        case .singleBlanks: Self.withSingleBlanks(body)
        case .trailingNewline: body + [0x0A]
        case .byteOrderMark: [0xEF, 0xBB, 0xBF] + body
        case .asciiEscapes, .dotnetEscapes, .gsonEscapes, .phpEscapes, .slashEscapes:
            escapes?.applied(to: body) ?? body
        case .questionMarks, .latin1, .windows1252, .doubleUTF8, .decomposed:
            encoded(body)
        case .gzip: Deflater()?.gzip(body, level: 6) ?? body
        case .jsonString: Self.quoted(body)
        case .array: Array("[".utf8) + body + Array("]".utf8)
        case .empty: []
        default: style?.applied(to: body) ?? body
        }
    }

    /// The layout, order and literals of the JSON; nil for a form that is made of the bytes.
    private var style: JSONStyle? {
        switch self {
        case .indent2: JSONStyle(indent: "  ", colon: ": ")
        case .indent4: JSONStyle(indent: "    ", colon: ": ")
        case .tabs: JSONStyle(indent: "\t", colon: ": ")
        case .spacedSeparators: JSONStyle(comma: ", ", colon: ": ")
        case .sorted: JSONStyle(members: { $0.sorted { $0.name < $1.name } })
        case .reversed: JSONStyle(members: { $0.reversed() })
        case .gatewayOrder:
            JSONStyle(members: { members in
                // The documentation of the gateway has no additionalInfo, so it comes last.
                members.filter { $0.name != Self.additionalInfo }
                    + members.filter { $0.name == Self.additionalInfo }
            })
        case .withoutNulls: JSONStyle(members: { $0.filter { $0.value.kind != .null } })
        case .exponent: JSONStyle(scalar: JavaDouble.literal)
        case .amountAsNumber:
            JSONStyle(scalar: { name, value in name == "value" ? value.literal : nil })
        case .numbersAsStrings:
            JSONStyle(scalar: { _, value in
                value.kind == .number ? "\"\(value.literal)\"" : nil
            })
        default: nil
        }
    }

    /// The characters that a JSON encoder escapes; nil for a form without escapes.
    private var escapes: EscapedCharacters? {
        switch self {
        case .asciiEscapes: EscapedCharacters("", isBeyondASCII: true, isUppercase: false)
        case .dotnetEscapes: EscapedCharacters("+<>&'`", isBeyondASCII: true, isUppercase: true)
        case .gsonEscapes: EscapedCharacters("<>&='", isBeyondASCII: false, isUppercase: false)
        case .phpEscapes: EscapedCharacters("<>&'", isBeyondASCII: false, isUppercase: true)
        case .slashEscapes: EscapedCharacters("/", isBeyondASCII: false, isUppercase: false)
        default: nil
        }
    }

    private static func withSingleBlanks(_ body: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        for byte in body {
            if !isJSONBlank(byte) {
                output.append(byte)
            } else if output.last != 0x20 {
                output.append(0x20)
            }
        }
        return output
    }

    private static func quoted(_ body: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        appendJSONString(String(decoding: body, as: UTF8.self), to: &output)
        return output
    }

    /// The body in another encoding of characters; `?` stands for those that it lacks.
    private func encoded(_ body: [UInt8]) -> [UInt8] {
        let text = String(decoding: body, as: UTF8.self).unicodeScalars
        return switch self {
        case .questionMarks: text.map { $0.isASCII ? UInt8($0.value) : UInt8(ascii: "?") }
        case .latin1: text.map { UInt8(exactly: $0.value) ?? UInt8(ascii: "?") }
        case .windows1252:
            // The dash is the only character of a callback that differs from ISO-8859-1.
            text.map { $0 == "\u{2013}" ? 0x96 : UInt8(exactly: $0.value) ?? UInt8(ascii: "?") }
        case .doubleUTF8: body.flatMap { Array(String(Unicode.Scalar($0)).utf8) }
        case .decomposed: text.flatMap { Array(($0 == "\u{E9}" ? "e\u{301}" : String($0)).utf8) }
        default: body
        }
    }
}
