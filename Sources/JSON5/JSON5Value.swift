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

/// Formats a JSON5 value with comments behind some of its values, for `check-config`.
package struct JSON5Printer {
    /// The comments, by the key path of their value.
    private let comments: [String: String]

    private static let columnMax = 90

    package init(comments: [String: String]) { self.comments = comments }

    /// The formatted text; its last line ends with a line feed.
    package func text(_ value: JSON5Value) -> String {
        lines(value, at: "", indent: "").joined(separator: "\n") + "\n"
    }

    /// The lines of `value`. The first one is not indented, because a name precedes it.
    private func lines(_ value: JSON5Value, at path: String, indent: String) -> [String] {
        let inner = indent + "  "
        switch value {
        case .object(let members) where !members.isEmpty:
            let parts = members.map { member in
                let memberPath = path.isEmpty ? member.name : "\(path).\(member.name)"
                return part(member.value, "\(name(member.name)): ", at: memberPath, indent: inner)
            }
            return ["{"] + parts.flatMap { $0 } + [indent + "}"]
        case .array(let elements) where !fitsOneLine(value, at: path, indent: indent):
            let parts = elements.enumerated().map { index, element in
                part(element, "", at: "\(path)[\(index)]", indent: inner)
            }
            return ["["] + parts.flatMap { $0 } + [indent + "]"]
        default: return [inline(value)]
        }
    }

    private func part(
        _ value: JSON5Value,
        _ label: String,
        at path: String,
        indent: String
    ) -> [String] {
        var lines =
            fitsOneLine(value, at: path, indent: indent)
            ? [inline(value)] : lines(value, at: path, indent: indent)
        lines[0] = indent + label + lines[0]
        lines[lines.count - 1] += ","
        if let comment = comments[path] { lines[lines.count - 1] += "  // " + oneLine(comment) }
        return lines
    }

    /// Whether a value is written on one line: not a section, and nothing with comments inside.
    private func fitsOneLine(_ value: JSON5Value, at path: String, indent: String) -> Bool {
        if case .object(let members) = value, !members.isEmpty, !path.hasSuffix("]") {
            return false
        }
        let hasInnerComment = comments.keys.contains {
            $0.hasPrefix(path + "[") || $0.hasPrefix(path + ".")
        }
        return !hasInnerComment && inline(value).count + indent.count < Self.columnMax
    }

    private func inline(_ value: JSON5Value) -> String {
        switch value {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .number(let literal): literal
        case .string(let text): JSON5Value.literal(text)
        case .array(let elements):
            "[" + elements.map(inline).joined(separator: ", ") + "]"
        case .object(let members):
            members.isEmpty
                ? "{}"
                : "{ "
                    + members.map { "\(name($0.name)): \(inline($0.value))" }
                    .joined(separator: ", ") + " }"
        }
    }

    private func name(_ name: String) -> String {
        let isIdentifier =
            name.utf8.first.map { !(0x30...0x39).contains($0) } == true
            && name.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0))
            }
        return isIdentifier ? name : JSON5Value.literal(name)
    }
}
