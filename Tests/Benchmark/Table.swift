import FoundationEssentials
import Glibc

/// A table of measurements: each row is printed when it is known, and all are kept for a JSON file.
final class Table {
    /// One value of a row.
    enum Cell: Encodable {
        case text(String)
        /// A number, printed with so many digits after the point.
        case number(Double, digits: Int)
        /// Not measured.
        case none

        static func count(_ value: Int) -> Cell { .number(Double(value), digits: 0) }

        /// A percentile of nanoseconds in ascending order, in milliseconds.
        static func milliseconds(_ sorted: [UInt64], _ share: Double) -> Cell {
            percentileMilliseconds(sorted, share).map { .number($0, digits: 2) } ?? .none
        }

        var printed: String {
            switch self {
            case .text(let text): text
            case .number(let value, let digits): fixed(value, digits)
            case .none: "-"
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let value, _): try container.encode(value)
            case .none: try container.encodeNil()
            }
        }
    }

    private struct Document: Encodable {
        let options: [String]
        let columns: [String]
        let rows: [[String: Cell]]
        let summary: [String]
    }

    private let columns: [String]
    private let widths: [Int]
    private var rows: [[Cell]] = []
    private var summary: [String] = []

    /// Prints the head of a table with these columns.
    ///
    /// - Parameter firstWidth: the width of the first column, in characters.
    init(_ columns: [String], firstWidth: Int = 10) throws {
        self.columns = columns
        widths = columns.enumerated().map { index, name in
            max(index == 0 ? firstWidth : 10, name.count + 2)
        }
        try printLine(columns)
    }

    /// Prints a row: one cell for each column.
    func add(_ cells: [Cell]) throws {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells)
        try printLine(cells.map(\.printed))
    }

    /// Prints a line below the rows.
    func summarise(_ text: String) throws {
        summary.append(text)
        try write(text + "\n", to: STDOUT_FILENO)
    }

    /// Writes everything as one JSON object, with the options of the run.
    func writeJSON(to path: String, options: [String]) throws {
        let document = Document(
            options: options,
            columns: columns,
            rows: rows.map { Dictionary(uniqueKeysWithValues: zip(columns, $0)) },
            summary: summary
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try write(String(decoding: encoder.encode(document), as: UTF8.self) + "\n", to: path)
    }

    private func printLine(_ cells: [String]) throws {
        let padded = zip(widths, cells).map { width, cell in
            String(repeating: " ", count: max(1, width - cell.count)) + cell
        }
        try write(padded.joined() + "\n", to: STDOUT_FILENO)
    }
}

/// A percentile of nanoseconds in ascending order, in milliseconds; nil of none.
func percentileMilliseconds(_ sorted: [UInt64], _ share: Double) -> Double? {
    guard let last = sorted.last else { return nil }
    let index = Int(Double(sorted.count) * share)
    return Double(index < sorted.count ? sorted[index] : last) / 1e6
}

/// The median of numbers; 0 of none.
func middle(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
        ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
}

/// A number with so many digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    let rounded = Int((value * scale).rounded())
    if digits == 0 { return "\(rounded)" }
    let fraction = "\(abs(rounded) % Int(scale))"
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(rounded < 0 ? "-" : "")\(abs(rounded) / Int(scale)).\(zeros)\(fraction)"
}

/// Reports on standard error what is being done.
func note(_ text: String) {
    // The measurement continues if standard error is closed.
    try? write("benchmark: \(text)\n", to: STDERR_FILENO)
}
