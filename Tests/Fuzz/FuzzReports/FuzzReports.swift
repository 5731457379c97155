// Feeds arbitrary bytes to the reader of the gateway's reports and checks what must always hold:
//
// 1. Nothing crashes, and a refusal has a text.
// 2. Records and fields are those that a plain reader beside this file finds.
// 3. The payments of a report are in the order of their lines, each on a line of the file.
// 4. A report that is read with what was found out about it (separator, decimal mark, order of a
//    date) is the same.
//
// The first byte of an input chooses the separator, and whether a header is put in front.
import Payments

@testable import Reports

@c(LLVMFuzzerTestOneInput)
func fuzzReports(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard let choice = input.first else { return 0 }
    let separator = ReportSeparator.allCases[Int(choice & 3) % ReportSeparator.allCases.count]
    let titles = ["Ref", "Amount", "Fee", "Date"].map { Array($0.utf8) }
    let header = Array(titles.joined(separator: [separator.byte])) + [0x0A]
    let bytes = (choice & 4 == 0 ? [] : header) + input[1...]
    checkRecords(bytes, separator)
    checkReport(bytes, choice & 8 == 0 ? nil : separator)
    return 0
}

private func checkRecords(_ bytes: [UInt8], _ separator: ReportSeparator) {
    guard let file = try? ReportFile(bytes) else { return }
    var reader = CSVReader(file, separator: separator)
    var record = CSVRecord()
    var records: [PlainRecord] = []
    do throws(ReportProblem) {
        while try reader.next(&record) {
            records.append(PlainRecord(line: record.line, fields: record.fields.map { Array($0) }))
        }
    } catch {
        precondition(!error.message.isEmpty)
        return
    }
    let plain = PlainRecord.all(
        bytes[file.start...],
        separator: separator.byte,
        firstLine: file.firstLine
    )
    precondition(plain == records, "a plain reader finds other fields")
}

private func checkReport(_ bytes: [UInt8], _ separator: ReportSeparator?) {
    var reading = ReportReading(
        columns: ColumnSelection(
            reference: .title("Ref"),
            amount: .title("Amount"),
            fee: .title("Fee"),
            date: .title("Date")
        )
    )
    reading.separator = separator
    let report: Report
    do throws(ReportProblem) { report = try Report(csv: bytes, reading) } catch {
        precondition(!error.message.isEmpty)
        return
    }
    let lines = report.payments.map(\.line)
    let linesCount = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
    precondition(zip(lines, lines.dropFirst()).allSatisfy { $0 < $1 })
    precondition(lines.allSatisfy { (1...linesCount).contains($0) })
    precondition(report.warnings.count <= min(report.warningsCount, Report.warningsMax))
    for mark in DecimalMark.allCases {
        reading.decimalMark = mark
        guard let again = try? Report(csv: bytes, reading) else { continue }
        // Under a given mark, another reading is allowed only where the text alone has two.
        if again.payments.map(\.amount) == report.payments.map(\.amount) { return }
    }
    preconditionFailure("no decimal mark gives the amounts that were found")
}
