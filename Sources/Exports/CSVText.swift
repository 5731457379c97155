import Text

/// CSV as spreadsheets and programs read it: RFC 4180, UTF-8, one line for each record.
package enum CSVText {
    package static let mediaType = "text/csv; charset=utf-8; header=present"

    /// Appends a record; nil becomes an empty field.
    static func append(_ fields: [String?], to text: inout [UInt8]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { text.append(separator) }
            if let field { append(inert(Array(oneLine(field).utf8)), to: &text) }
        }
        text.append(contentsOf: "\r\n".utf8)
    }

    private static let separator = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let apostrophe = UInt8(ascii: "'")

    /// The characters with which a spreadsheet takes a field for a formula.
    private static let leaders = Array("=+-@".utf8)

    /// The field with an apostrophe before it, if a spreadsheet would calculate it.
    ///
    /// References, notes and times come from outside. A field that begins with an apostrophe gets a
    /// second one, so that removing the first apostrophe restores every field that has one.
    private static func inert(_ field: [UInt8]) -> [UInt8] {
        guard let first = field.first, first == apostrophe || leaders.contains(first) else {
            return field
        }
        return [apostrophe] + field
    }

    /// Appends a field, in quotes if it contains a separator or a quote (RFC 4180 section 2).
    private static func append(_ field: [UInt8], to text: inout [UInt8]) {
        guard field.contains(where: { $0 == separator || $0 == quote }) else {
            text.append(contentsOf: field)
            return
        }
        text.append(quote)
        for byte in field {
            if byte == quote { text.append(quote) }
            text.append(byte)
        }
        text.append(quote)
    }
}
