import Text
import System

/// One log line under construction: names and values, appended as bytes.
///
/// Values are escaped, so that no value can add a line or a name. Never log bodies, signatures,
/// tokens or keys.
package struct LogLine: ~Copyable {
    /// Maximum bytes of a value; a longer one is cut, so that no peer controls the size of the log.
    package static let valueBytesMax = 1024

    private(set) var bytes: [UInt8] = []
    private let format: LogFormat

    init(
        _ level: LogLevel,
        _ message: String,
        format: LogFormat,
        isForJournal: Bool,
        milliseconds: Int64
    ) {
        self.format = format
        bytes.reserveCapacity(512)
        if isForJournal {
            bytes.append(UInt8(ascii: "<"))
            bytes.append(UInt8(ascii: "0") + level.priority)
            bytes.append(UInt8(ascii: ">"))
        }
        if format == .json { bytes.append(UInt8(ascii: "{")) }
        // The journal adds its own time, which would repeat in text format.
        if !isForJournal || format == .json {
            appendName("time")
            if format == .json { bytes.append(UInt8(ascii: "\"")) }
            JakartaTime.append(milliseconds: milliseconds, hasFraction: true, to: &bytes)
            if format == .json { bytes.append(UInt8(ascii: "\"")) }
        }
        add("level", level.rawValue)
        add("message", message)
    }

    /// The whole line with its end.
    consuming func finished() -> [UInt8] {
        if format == .json { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    // No generic parameters in these overloads: they would not be specialised for callers in other
    // modules, and every callback writes a line.

    /// Adds a number.
    package mutating func add(_ name: String, _ value: Int) {
        appendName(name)
        appendInteger(value)
    }

    /// Adds a number.
    package mutating func add(_ name: String, _ value: Int64) {
        appendName(name)
        appendInteger(value)
    }

    /// Adds a number.
    package mutating func add(_ name: String, _ value: UInt64) {
        appendName(name)
        appendInteger(value)
    }

    /// Adds `true` or `false`.
    package mutating func add(_ name: String, _ value: Bool) {
        appendName(name)
        bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
    }

    /// Adds a text.
    package mutating func add(_ name: String, _ value: String) {
        appendName(name)
        appendText(value.utf8.span)
    }

    /// Adds bytes from a peer as text; invalid UTF-8 becomes U+FFFD.
    package mutating func add(_ name: String, bytes value: ArraySlice<UInt8>) {
        appendName(name)
        appendText(value.span)
    }

    /// Adds a value's description.
    package mutating func add(_ name: String, describing value: some CustomStringConvertible) {
        add(name, value.description)
    }

    /// Adds a duration given in nanoseconds as milliseconds with three decimals.
    package mutating func add(_ name: String, milliseconds nanoseconds: UInt64) {
        appendName(name)
        let microseconds = nanoseconds / 1000
        appendInteger(microseconds / 1000)
        bytes.append(UInt8(ascii: "."))
        let fraction = microseconds % 1000
        if fraction < 100 { bytes.append(UInt8(ascii: "0")) }
        if fraction < 10 { bytes.append(UInt8(ascii: "0")) }
        appendInteger(fraction)
    }
}

extension LogLine {
    private mutating func appendName(_ name: String) {
        switch format {
        case .text:
            if let last = bytes.last, last != UInt8(ascii: ">") { bytes.append(UInt8(ascii: " ")) }
            bytes.append(name.utf8.span)
            bytes.append(UInt8(ascii: "="))
        case .json:
            if bytes.last != UInt8(ascii: "{") { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "\""))
            bytes.append(name.utf8.span)
            bytes.append(UInt8(ascii: "\""))
            bytes.append(UInt8(ascii: ":"))
        }
    }

    private mutating func appendInteger(_ value: some BinaryInteger) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        var rest = value.magnitude
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            rest = quotient
        } while rest > 0
        // Reversed in place, because reversing a slice would copy the whole line.
        var (low, high) = (start, bytes.count - 1)
        while low < high {
            bytes.swapAt(low, high)
            (low, high) = (low + 1, high - 1)
        }
    }

    /// Appends a value, quoted unless it is a plain word in text format; cut to ``valueBytesMax``.
    private mutating func appendText(_ value: Span<UInt8>) {
        let shown = value.extracting(0..<min(value.count, Self.valueBytesMax))
        var isPlain = format == .text && !value.isEmpty && shown.count == value.count
        for index in shown.indices where isPlain { isPlain = shown[index].isPlain }
        if isPlain {
            bytes.append(shown)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(shown)
        if shown.count < value.count { bytes.append(contentsOf: "...".utf8) }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ value: Span<UInt8>) {
        let copy = value.indices.map { value[$0] }
        for scalar in String(decoding: copy, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"", "\\":
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            case "\n": bytes.append(contentsOf: "\\n".utf8)
            case "\r": bytes.append(contentsOf: "\\r".utf8)
            case "\t": bytes.append(contentsOf: "\\t".utf8)
            default:
                if scalar.isPrintable {
                    bytes.append(
                        contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
                    )
                } else {
                    for unit in scalar.utf16 { appendUnicodeEscape(unit) }
                }
            }
        }
    }

    /// Appends a JSON escape (RFC 8259 section 7), which both formats use.
    private mutating func appendUnicodeEscape(_ unit: UInt16) {
        bytes.append(contentsOf: "\\u".utf8)
        for shift in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: unit >> shift & 0xF)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}

extension UInt8 {
    /// Whether a value may contain it without quotes: visible ASCII except `"`, `\` and `=`.
    fileprivate var isPlain: Bool {
        switch self {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "="): false
        default: (0x21...0x7E).contains(self)
        }
    }
}
