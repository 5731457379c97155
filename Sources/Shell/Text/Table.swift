import Snap
import Text

/// Rows for people: columns as wide as what they hold, nothing cut off.
///
/// Rows may come in portions. The titles stand above the first; a column grows when it has to and
/// never becomes narrower again.
struct Table {
    /// One column.
    struct Column {
        let title: String
        /// Whether its cells end, rather than begin, below one another.
        var isNumber = false
    }

    private let columns: [Column]
    private var widths: [Int]
    private var hasTitles = false

    init(_ columns: [Column]) {
        self.columns = columns
        widths = columns.map(\.title.count)
    }

    /// The lines of some more rows; a cell without a value shows as `-`.
    mutating func text(_ rows: [[String?]]) -> String {
        var lines = rows.map { row in row.map { oneLine($0 ?? "-") } }
        if !hasTitles { lines.insert(columns.map(\.title), at: 0) }
        hasTitles = true
        for line in lines {
            for (index, cell) in line.enumerated() {
                widths[index] = max(widths[index], cell.count)
            }
        }
        return lines.map { line($0) + "\n" }.joined()
    }

    private func line(_ cells: [String]) -> String {
        var line = ""
        var blanks = 0
        for (index, cell) in cells.enumerated() {
            let padding = widths[index] - cell.count
            // Blanks are written before the next cell, so none stand at the end of a line.
            blanks += columns[index].isNumber ? padding : 0
            line += String(repeating: " ", count: blanks) + cell
            blanks = 2 + (columns[index].isNumber ? 0 : padding)
        }
        return line
    }
}

extension JSONValue {
    /// The member's text when it is a string, its literal when it is a number or a boolean; nil
    /// when it is anything else, or missing.
    func text(_ name: String) -> String? {
        guard let value = self[name] else { return nil }
        switch value.kind {
        case .string: return value.string
        case .number, .true, .false: return value.literal
        case .object, .array, .null: return nil
        }
    }

    /// The member's text when it is an amount, as in `10000.00 IDR`.
    func amount(_ name: String) -> String? {
        guard let amount = self[name], let value = amount.text("value") else { return nil }
        return [value, amount.text("currency")].compactMap(\.self).joined(separator: " ")
    }
}
