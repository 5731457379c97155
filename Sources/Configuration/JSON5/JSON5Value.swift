import Snap
import Text

/// A value of a JSON5 text. Objects preserve the order of their members.
package indirect enum JSON5Value: Equatable, Sendable {
    case null
    case boolean(Bool)
    /// The literal as written, such as `0x10`, `1e3` or `Infinity`.
    case number(String)
    case string(String)
    case array([JSON5Value])
    case object([JSON5Member])

    /// The type with its article, for messages, such as `a string`.
    package var kind: String {
        switch self {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value of a number that is whole and fits into `Int`, such as `900`, `0x10`, `1e3` or
    /// `5.0`; nil otherwise.
    package var integer: Int? {
        guard case .number(let literal) = self else { return nil }
        let isNegative = literal.hasPrefix("-")
        let digits = literal.drop { $0 == "-" || $0 == "+" }
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
            guard let magnitude = Int(digits.dropFirst(2), radix: 16) else { return nil }
            return isNegative ? -magnitude : magnitude
        }
        if let whole = Int(literal) { return whole }
        return Double(literal).flatMap { Int(exactly: $0) }
    }
}

/// A name and its value in a JSON5 object.
package struct JSON5Member: Equatable, Sendable {
    package let name: String
    package var value: JSON5Value

    package init(_ name: String, _ value: JSON5Value) {
        self.name = name
        self.value = value
    }
}

extension JSON5Value {
    /// The JSON5 literal of a text; control characters are escaped, so it is always one line.
    package static func literal(_ text: String) -> String { quoted(text) }
}
