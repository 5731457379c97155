import Payments

/// A reference as a spreadsheet writes it.
struct ReferenceLiteral {
    /// What a spreadsheet may have changed in it.
    enum Damage: Hashable, CaseIterable, Sendable {
        /// An apostrophe or a formula such as `="0012"` around it, which was removed.
        case wrapped

        /// More than 15 digits that end in zeros: spreadsheets round such numbers.
        case rounded
    }

    let reference: Reference
    let damage: Damage?

    /// - Throws: a number in scientific form, or not a reference.
    init(
        _ bytes: ArraySlice<UInt8>,
        line: Int,
        column: String
    ) throws(ReportProblem) {
        var text = bytes
        var isWrapped = false
        if text.starts(with: Array("=\"".utf8)), text.last == UInt8(ascii: "\""), text.count > 3 {
            (text, isWrapped) = (text.dropFirst(2).dropLast(), true)
        } else if text.first == UInt8(ascii: "'"), text.count > 1 {
            (text, isWrapped) = (text.dropFirst(), true)
        }
        if Self.isScientific(text) {
            throw .value(
                bytes,
                "a number that a spreadsheet has shortened: its digits are missing in the file; "
                    + "export the column as text",
                line: line,
                column: column,
                parameter: .reference
            )
        }
        guard let reference = Reference(text.span) else {
            throw .value(
                bytes,
                "expected a reference of 1 to \(Reference.bytesMax) visible ASCII characters",
                line: line,
                column: column,
                parameter: .reference
            )
        }
        self.reference = reference
        damage = isWrapped ? .wrapped : Self.isRounded(text) ? .rounded : nil
    }

    /// Whether the text is a number such as `1.23E+15` or `1,23E+15`.
    private static func isScientific(_ text: ArraySlice<UInt8>) -> Bool {
        guard let plus = text.firstIndex(of: UInt8(ascii: "+")), plus > text.startIndex,
            text[plus - 1] | 0x20 == UInt8(ascii: "e")
        else { return false }
        let digits = text[..<(plus - 1)]
        return digits.first?.isDigit == true && !text[(plus + 1)...].isEmpty
            && text[(plus + 1)...].allSatisfy(\.isDigit)
            && digits.allSatisfy { $0.isDigit || DecimalMark(byte: $0) != nil }
            && digits.count { !$0.isDigit } <= 1
    }

    /// Spreadsheets store numbers with 15 digits.
    private static let exactDigits = 15

    private static func isRounded(_ text: ArraySlice<UInt8>) -> Bool {
        text.count > exactDigits && text.allSatisfy(\.isDigit)
            && text.dropFirst(exactDigits).allSatisfy { $0 == UInt8(ascii: "0") }
    }
}

extension Reference {
    /// The text without leading zeros; nil if it has none or is not a number.
    var withoutLeadingZeros: String? {
        guard text.utf8.first == UInt8(ascii: "0"), text.utf8.allSatisfy(\.isDigit) else {
            return nil
        }
        let rest = text.utf8.drop { $0 == UInt8(ascii: "0") }
        return rest.isEmpty ? nil : String(rest)
    }
}
