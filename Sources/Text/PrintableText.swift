/// `text` as a JSON string with quotes, for people: on one line, with every invisible character
/// escaped.
package func quoted(_ text: String) -> String {
    var literal = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": literal += "\\\""
        case "\\": literal += "\\\\"
        case "\n": literal += "\\n"
        case "\r": literal += "\\r"
        case "\t": literal += "\\t"
        default:
            if scalar.isPrintable {
                literal.unicodeScalars.append(scalar)
            } else {
                for unit in scalar.utf16 { literal += "\\u" + hexadecimal(unit) }
            }
        }
    }
    return literal + "\""
}

/// A minified JSON text in which every character that ``quoted(_:)`` would escape is escaped: the
/// same values, safe to display.
package func printableJSON(_ text: String) -> String {
    guard !text.unicodeScalars.allSatisfy(\.isPrintable) else { return text }
    var printable = ""
    for scalar in text.unicodeScalars {
        if scalar.isPrintable {
            printable.unicodeScalars.append(scalar)
        } else {
            for unit in scalar.utf16 { printable += "\\u" + hexadecimal(unit) }
        }
    }
    return printable
}

/// `text` with every character escaped that could break or disguise a line.
package func oneLine(_ text: String) -> String {
    guard !text.unicodeScalars.allSatisfy(\.isPrintable) else { return text }
    var line = ""
    for scalar in text.unicodeScalars {
        if scalar.isPrintable {
            line.unicodeScalars.append(scalar)
        } else {
            line += "\\u{" + String(scalar.value, radix: 16) + "}"
        }
    }
    return line
}

private func hexadecimal(_ unit: UInt16) -> String {
    let digits = String(unit, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
}

extension Unicode.Scalar {
    /// Whether the scalar is displayed as itself: no control, no invisible or direction-changing
    /// format character, no line separator.
    package var isPrintable: Bool {
        if isASCII { return (0x20...0x7E).contains(value) }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            return false
        default: return true
        }
    }
}
