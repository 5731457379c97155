import Text

/// Formats a JSON5 value with comments behind some of its values, for `check-config`.
struct JSON5Printer {
    /// The comments, by the key path of their value.
    let comments: [String: String]

    private static let columnMax = 90

    /// The formatted text; its last line ends with a line feed.
    func text(_ value: JSON5Value) -> String {
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
