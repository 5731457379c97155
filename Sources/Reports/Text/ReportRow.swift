import Payments

/// A record of a report whose values may still have two readings.
struct ReportRow {
    let line: Int
    let reference: Reference
    let amount: MoneyLiteral
    let fee: MoneyLiteral?
    let date: DateLiteral?

    /// Whether a record is one of a payment; false for titles, notes and totals.
    static func isRow(_ record: CSVRecord, _ columns: ReportColumns) -> Bool {
        guard record.fields.count > columns.last, let reference = columns[.reference],
            let amount = columns[.amount], !isTotal(record)
        else { return false }
        let text = record[reference]
        // Under the wrong separator, the right one is a part of the field.
        if text.contains(where: { ReportSeparator(byte: $0) != nil }) { return false }
        let literal = try? ReferenceLiteral(text, line: record.line, column: "")
        // A number in scientific form is a damaged reference, not a title.
        let isReference = literal != nil || text.first?.isDigit == true
        return isReference && MoneyLiteral(record[amount], isWhole: true) != nil
    }

    /// Whether a record has the label of a total.
    static func isTotal(_ record: CSVRecord) -> Bool {
        record.fields.indices.contains { column in
            let field = record.fields[column]
            // Most fields need no comparison: their first letter is another one.
            guard let first = field.first, first <= 0x20 || initials.contains(first | 0x20) else {
                return false
            }
            return isTotal(field.trimmed)
        }
    }

    private static let labels = ["total", "grand total", "jumlah", "subtotal", "sub total"]
    private static let initials = Set(labels.compactMap(\.utf8.first))

    /// "Total", "Total:" and "Total transaksi", but not the reference TOTAL-1.
    private static func isTotal(_ field: ArraySlice<UInt8>) -> Bool {
        labels.contains { label in
            guard field.begins(with: label) else { return false }
            let next = field.dropFirst(label.utf8.count).first
            return next.map { $0 == 0x20 || $0 == UInt8(ascii: ":") } ?? true
        }
    }
}
