import Text

/// A column as a request names it: by the text in the header, or by a number, counted from 1.
package enum ColumnName: Equatable, Sendable {
    case title(String)
    case number(Int)

    /// Digits are a number; everything else, a title. Nil for 0, large numbers and blanks.
    package init?(_ text: String) {
        let trimmed = Array(text.utf8)[...].trimmed
        if trimmed.isEmpty { return nil }
        guard trimmed.allSatisfy(\.isDigit) else {
            self = .title(String(decoding: trimmed, as: UTF8.self))
            return
        }
        guard let number = Int(String(decoding: trimmed, as: UTF8.self)),
            (1...1_000).contains(number)
        else { return nil }
        self = .number(number)
    }

    /// The title or the number.
    var text: String {
        switch self {
        case .title(let title): title
        case .number(let number): "\(number)"
        }
    }
}

/// The columns that a request selects.
package struct ColumnSelection: Equatable, Sendable {
    package var reference: ColumnName
    package var amount: ColumnName
    package var fee: ColumnName?
    package var date: ColumnName?

    package init(
        reference: ColumnName,
        amount: ColumnName,
        fee: ColumnName? = nil,
        date: ColumnName? = nil
    ) {
        self.reference = reference
        self.amount = amount
        self.fee = fee
        self.date = date
    }

    /// The selected columns with their parameters.
    var all: [(parameter: ReportParameter, name: ColumnName)] {
        [(.reference, reference), (.amount, amount)]
            + [fee.map { (.fee, $0) }, date.map { (.date, $0) }].compactMap(\.self)
    }

    /// Whether the columns are numbers only: then any line can be the header, or none.
    var hasTitles: Bool {
        all.contains { if case .title = $0.name { true } else { false } }
    }
}

/// The places of the selected columns in the records of a file.
struct ReportColumns: Equatable {
    /// Counted from 0, as in a record.
    private(set) var indices: [ReportParameter: Int] = [:]

    /// The number of fields of the header; nil without one.
    private(set) var count: Int?

    /// Finds the columns in a header.
    ///
    /// - Returns: nil if the record lacks a column.
    /// - Throws: a title occurs twice.
    init?(_ selection: ColumnSelection, header: CSVRecord) throws(ReportProblem) {
        count = header.fields.count
        for (parameter, name) in selection.all {
            let found: [Int]
            switch name {
            case .number(let number): found = number <= header.fields.count ? [number - 1] : []
            case .title(let title): found = Self.columns(title, in: header)
            }
            guard let first = found.first else { return nil }
            guard found.count == 1 else {
                let numbers = found.map { "\($0 + 1)" }.joined(separator: " and ")
                throw ReportProblem(
                    "\(quotedColumn(name.text)) occurs \(found.count) times; which one is meant? "
                        + "Give its number: \(numbers).",
                    line: header.line,
                    parameter: parameter
                )
            }
            indices[parameter] = first
        }
    }

    /// The columns of a selection that consists of numbers.
    init(numbers selection: ColumnSelection) {
        for case (let parameter, .number(let number)) in selection.all {
            indices[parameter] = number - 1
        }
    }

    /// The columns whose title is `title`: exactly, or else without regard to case and blanks.
    private static func columns(_ title: String, in header: CSVRecord) -> [Int] {
        let exact = header.fields.indices.filter { header[$0].elementsEqual(title.utf8) }
        if !exact.isEmpty { return exact }
        let wanted = folded(title)
        return header.fields.indices.filter {
            folded(String(decoding: header[$0], as: UTF8.self)) == wanted
        }
    }

    /// A title in lower case without blanks.
    private static func folded(_ title: String) -> String {
        title.lowercased().filter { !$0.isWhitespace }
    }

    subscript(parameter: ReportParameter) -> Int? { indices[parameter] }

    /// The highest index.
    var last: Int { indices.values.max() ?? 0 }
}
