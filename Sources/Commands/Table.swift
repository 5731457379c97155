import Text

/// A table for people. Columns are as wide as their contents; nothing is cut off.
///
/// Rows can be added in portions. The titles are above the first portion. A column gets wider if a
/// later portion needs it, and never narrower.
package struct Table {
    /// One column.
    package struct Column {
        let title: String

        /// Whether the cells are aligned right.
        let isNumber: Bool

        package init(title: String, isNumber: Bool = false) {
            self.title = title
            self.isNumber = isNumber
        }
    }

    private let columns: [Column]
    private var widths: [Int]
    private var hasTitles = false

    package init(_ columns: [Column]) {
        self.columns = columns
        widths = columns.map(\.title.count)
    }

    /// The lines of more rows; a cell without a value is shown as `-`.
    package mutating func text(_ rows: [[String?]]) -> String {
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
            // Blanks are written before the next cell, so that lines have no trailing blanks.
            blanks += columns[index].isNumber ? padding : 0
            line += String(repeating: " ", count: blanks) + cell
            blanks = 2 + (columns[index].isNumber ? 0 : padding)
        }
        return line
    }
}
