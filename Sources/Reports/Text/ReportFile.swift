/// The bytes of a report, checked to be text in UTF-8 or a superset of ASCII.
struct ReportFile {
    /// The whole file; its text begins at ``start``.
    let bytes: [UInt8]

    /// Behind a byte order mark and a line such as `sep=;`.
    let start: Int

    /// The separator that a first line such as `sep=;` names, as spreadsheets read it.
    let namedSeparator: ReportSeparator?

    /// The line at ``start``, counted from 1.
    let firstLine: Int

    /// Checks what the file is.
    ///
    /// - Throws: the file is empty, UTF-16, a spreadsheet, HTML or another format than text.
    init(_ bytes: [UInt8]) throws(ReportProblem) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
        try Self.check(text)
        self.bytes = bytes
        let line = text.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard line.count == 5, line.begins(with: "sep="),
            let separator = ReportSeparator(byte: line[line.startIndex + 4])
        else {
            (start, firstLine, namedSeparator) = (text.startIndex, 1, nil)
            return
        }
        var end = line.endIndex
        if end < bytes.count, bytes[end] == UInt8(ascii: "\r") { end += 1 }
        if end < bytes.count, bytes[end] == UInt8(ascii: "\n") { end += 1 }
        (start, firstLine, namedSeparator) = (end, 2, separator)
    }

    private static func check(_ text: ArraySlice<UInt8>) throws(ReportProblem) {
        let rest = text.trimmed
        guard let first = rest.first else { throw ReportProblem("The report is empty.") }
        let isUTF16 =
            rest.starts(with: [0xFF, 0xFE]) || rest.starts(with: [0xFE, 0xFF])
            || text.prefix(64).contains(0)
        let isSpreadsheet = rest.starts(with: Array("PK".utf8) + [3, 4]) || first == 0xD0
        if isSpreadsheet {
            throw ReportProblem(
                "The report is a spreadsheet file; save it as CSV, and send that file."
            )
        }
        if isUTF16 {
            throw ReportProblem(
                "The report is UTF-16 or another format that is not UTF-8; save it as \"CSV "
                    + "UTF-8\"."
            )
        }
        if first == UInt8(ascii: "<") || first == UInt8(ascii: "%") {
            throw ReportProblem("The report is HTML, XML or PDF; expected CSV.")
        }
    }
}

/// What separates the fields of a line; the raw value is the word of the parameter.
package enum ReportSeparator: String, CaseIterable, Sendable {
    case comma, semicolon, tab

    var byte: UInt8 {
        switch self {
        case .comma: UInt8(ascii: ",")
        case .semicolon: UInt8(ascii: ";")
        case .tab: UInt8(ascii: "\t")
        }
    }

    init?(byte: UInt8) {
        guard let found = Self.allCases.first(where: { $0.byte == byte }) else { return nil }
        self = found
    }
}
