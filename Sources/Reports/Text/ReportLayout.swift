/// How the text of a report is laid out: its separator, its columns, and where its rows begin.
struct ReportLayout {
    let separator: ReportSeparator
    let columns: ReportColumns

    /// The line of the header; nil where columns are selected by numbers only.
    let headerLine: Int?

    /// Titles and notes before the header have at most this many records.
    private static let titleRecordsMax = 200

    /// Finds the one separator under which a record has the selected columns.
    ///
    /// - Throws: there is none, or there are several.
    init(
        of file: ReportFile,
        _ selection: ColumnSelection,
        separator given: ReportSeparator?
    ) throws(ReportProblem) {
        let candidates =
            (given ?? file.namedSeparator).map { [$0] } ?? ReportSeparator.allCases
        var found: [ReportLayout] = []
        var problem: ReportProblem?
        for separator in candidates {
            do throws(ReportProblem) {
                if let layout = try Self.layout(of: file, selection, separator) {
                    found.append(layout)
                }
            } catch {
                // Under another separator, quotes may stand elsewhere.
                problem = problem ?? error
            }
        }
        guard let first = found.first else {
            throw Self.missing(file, selection, candidates, problem)
        }
        guard found.count == 1 else {
            let words = found.map(\.separator.rawValue).joined(separator: " or ")
            throw ReportProblem(
                "The fields can be separated by \(words); which is it? Set separator.",
                line: first.headerLine,
                parameter: .separator
            )
        }
        self = first
    }

    private init(_ separator: ReportSeparator, _ columns: ReportColumns, headerLine: Int?) {
        self.separator = separator
        self.columns = columns
        self.headerLine = headerLine
    }

    private static func layout(
        of file: ReportFile,
        _ selection: ColumnSelection,
        _ separator: ReportSeparator
    ) throws(ReportProblem) -> ReportLayout? {
        var reader = CSVReader(file, separator: separator)
        var record = CSVRecord()
        let numbered = selection.hasTitles ? nil : ReportColumns(numbers: selection)
        for _ in 0..<titleRecordsMax {
            guard try reader.next(&record) else { break }
            if let numbered {
                if ReportRow.isRow(record, numbered) {
                    return ReportLayout(separator, numbered, headerLine: nil)
                }
            } else if let columns = try ReportColumns(selection, header: record) {
                return ReportLayout(separator, columns, headerLine: record.line)
            }
        }
        return nil
    }

    // MARK: Missing columns

    /// The problem of a file without the selected columns: names those that exist.
    ///
    /// - Parameter problem: the first one that was found under any separator.
    private static func missing(
        _ file: ReportFile,
        _ selection: ColumnSelection,
        _ candidates: [ReportSeparator],
        _ problem: ReportProblem?
    ) -> ReportProblem {
        if let problem, problem.parameter != nil { return problem }
        let headers = candidates.compactMap { likelyHeader(of: file, $0) }
        guard let header = headers.max(by: { $0.fields.count < $1.fields.count }),
            header.fields.count > 1
        else {
            return problem
                ?? ReportProblem(
                    "No line has several fields that a comma, a semicolon or a tab separates.",
                    parameter: .separator
                )
        }
        guard selection.hasTitles else {
            return ReportProblem(
                "No line has a reference in column \(selection.reference.text) and an amount in "
                    + "column \(selection.amount.text); its columns: \(names(of: header)).",
                line: header.line,
                parameter: .reference
            )
        }
        let missing = selection.all.first { column in
            let alone = ColumnSelection(reference: column.name, amount: column.name)
            return (try? ReportColumns(alone, header: header)) == nil
        }
        return ReportProblem(
            "No line has the column \(shown((missing?.name.text ?? "").utf8)); the columns are: "
                + "\(names(of: header)).",
            line: header.line,
            parameter: missing?.parameter ?? .reference
        )
    }

    /// The first of the longest records.
    private static func likelyHeader(
        of file: ReportFile,
        _ separator: ReportSeparator
    ) -> CSVRecord? {
        var reader = CSVReader(file, separator: separator)
        var record = CSVRecord()
        var longest: CSVRecord?
        for _ in 0..<titleRecordsMax {
            guard (try? reader.next(&record)) == true else { break }
            let isLonger = record.fields.count > longest?.fields.count ?? 0
            if isLonger, !record.isBlank { longest = record }
        }
        return longest
    }

    private static let namesMax = 50

    private static func names(of header: CSVRecord) -> String {
        let names = header.fields.indices.prefix(namesMax).map { index in
            header[index].isEmpty ? "\(index + 1)" : "\(index + 1) \(shown(header[index]))"
        }
        return names.joined(separator: ", ") + (header.fields.count > namesMax ? ", …" : "")
    }
}
