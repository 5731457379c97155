/// Reads records of CSV one after the other: RFC 4180, with any separator.
///
/// A field is in quotes if a quote is its first character but blanks; quotes elsewhere stand for
/// themselves. Lines end with CRLF, LF or CR.
struct CSVReader {
    private let bytes: [UInt8]
    private let separator: UInt8
    private var index: Int

    /// The line of the next record, counted from 1.
    private var line: Int

    /// More fields in one record are refused: they would need memory out of proportion.
    private static let fieldsMax = 1_000

    init(_ file: ReportFile, separator: ReportSeparator) {
        bytes = file.bytes
        self.separator = separator.byte
        index = file.start
        line = file.firstLine
    }

    /// Reads the next record into `record`; returns whether there was one.
    mutating func next(_ record: inout CSVRecord) throws(ReportProblem) -> Bool {
        guard index < bytes.count else { return false }
        record.line = line
        record.fields.removeAll(keepingCapacity: true)
        while true {
            guard record.fields.count < Self.fieldsMax else {
                throw ReportProblem("more than \(Self.fieldsMax) fields", line: record.line)
            }
            record.fields.append(try field())
            guard index < bytes.count else { return true }
            let byte = bytes[index]
            index += 1
            if byte == separator { continue }
            // A line end; CRLF is one.
            if byte == Self.carriageReturn, index < bytes.count, bytes[index] == Self.lineFeed {
                index += 1
            }
            line += 1
            return true
        }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineFeed = UInt8(ascii: "\n")

    /// Reads a field up to its separator, its line end, or the end of the file.
    private mutating func field() throws(ReportProblem) -> ArraySlice<UInt8> {
        let start = index
        var first = index
        while first < bytes.count, bytes[first] == 0x20 { first += 1 }
        if first < bytes.count, bytes[first] == Self.quote {
            index = first + 1
            return try quotedField()
        }
        while index < bytes.count, !endsField(bytes[index]) { index += 1 }
        return bytes[start..<index]
    }

    private func endsField(_ byte: UInt8) -> Bool {
        byte == separator || byte == Self.lineFeed || byte == Self.carriageReturn
    }

    /// Reads a field after its first quote; two quotes stand for one.
    private mutating func quotedField() throws(ReportProblem) -> ArraySlice<UInt8> {
        let firstLine = line
        let start = index
        var unescaped: [UInt8]?
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == Self.quote {
                guard index < bytes.count, bytes[index] == Self.quote else {
                    let field = unescaped?[...] ?? bytes[start..<index - 1]
                    try skipBlanks(firstLine)
                    return field
                }
                // The second quote is skipped, the first one belongs to the value.
                if unescaped == nil { unescaped = Array(bytes[start..<index - 1]) }
                index += 1
            }
            if byte == Self.lineFeed || byte == Self.carriageReturn && !isBeforeLineFeed {
                line += 1
            }
            unescaped?.append(byte)
        }
        throw ReportProblem("a quote opens a field and is never closed", line: firstLine)
    }

    private var isBeforeLineFeed: Bool { index < bytes.count && bytes[index] == Self.lineFeed }

    /// Skips blanks between a closing quote and the end of its field.
    private mutating func skipBlanks(_ firstLine: Int) throws(ReportProblem) {
        while index < bytes.count, bytes[index] == 0x20 { index += 1 }
        guard index < bytes.count, !endsField(bytes[index]) else { return }
        throw ReportProblem(
            "text follows the closing quote of a field; a quote inside a field is written twice",
            line: firstLine
        )
    }
}

/// A record of a CSV file.
struct CSVRecord {
    /// The line on which it begins, counted from 1.
    var line = 1
    var fields: [ArraySlice<UInt8>] = []

    /// The field of a column without blanks at its ends; empty if the record is shorter.
    subscript(column: Int) -> ArraySlice<UInt8> {
        column < fields.count ? fields[column].trimmed : []
    }

    /// Whether all fields are blank.
    var isBlank: Bool { fields.allSatisfy(\.trimmed.isEmpty) }
}
