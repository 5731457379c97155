import Payments
import Testing
import Text

@testable import Reports

extension ReportReading {
    static var example: ReportReading {
        ReportReading(
            columns: ColumnSelection(reference: .title("Reference"), amount: .title("Amount"))
        )
    }

    func with(_ change: (inout ReportReading) -> Void) -> ReportReading {
        var copy = self
        change(&copy)
        return copy
    }
}

/// The payments of a file, or the problem.
private func read(
    _ text: String,
    _ reading: ReportReading = .example,
    period: ReportPeriod? = nil
) throws(ReportProblem) -> Report {
    try Report(csv: Array(text.utf8), reading, period: period)
}

/// `line:reference=amount` of each payment.
private func summary(_ report: Report) -> [String] {
    report.payments.map { payment in
        let fee = payment.fee.map { "-\($0)" } ?? ""
        return "\(payment.line):\(payment.reference)=\(payment.amount)\(fee)"
    }
}

/// The text of the problem of a file.
private func problem(
    _ text: String,
    _ reading: ReportReading = .example
) -> (parameter: ReportParameter?, text: String)? {
    do throws(ReportProblem) {
        _ = try read(text, reading)
        return nil
    } catch {
        return (error.parameter, error.description)
    }
}

/// Files in the dialects of spreadsheets.
struct ReportDialectTests {
    @Test(
        arguments: [
            ("Reference,Amount\nA,25000\nB,1\n", ["2:A=25000.00", "3:B=1.00"]),
            ("Reference;Amount\r\nA;25.000,00\r\n", ["2:A=25000.00"]),
            ("Reference\tAmount\rA\t25,000.00\r", ["2:A=25000.00"]),
            ("\u{feff}Reference;Amount\nA;5", ["2:A=5.00"]),
            ("sep=;\r\nReference;Amount\r\nA;5\r\n", ["3:A=5.00"]),
            // Quotes, doubled quotes, separators and line ends inside them.
            (
                "\"Amount\",\"Name\",\"Reference\"\n"
                    + "\"25,000.00\",\"Toko \"\"A\"\",\nJakarta\",\"A\"\n"
                    + "\"1\" ,x, \"B\"\n",
                ["2:A=25000.00", "4:B=1.00"]
            ),
            (
                "\"Reference\";\"x\"\"\r\ny\";\"Amount\"\r\nA;\"\r\n\r\n\";5\r\nB;;6",
                ["3:A=5.00", "6:B=6.00"]
            ),
            ("Reference,Amount,Name\nA,5,6\" pipe\n", ["2:A=5.00"]),
            // Title lines, empty lines, totals, footers, a header on each page.
            (
                "Laporan Transaksi\nPeriode: 1, 2, 3\n\n No ; Reference ; Amount \n1;A;5\n"
                    + "\n;;\n2;B;6\n"
                    + "No;Reference;Amount\n3;C;7\nTotal;;18\n\nDicetak oleh: admin\n;;18\n",
                ["5:A=5.00", "8:B=6.00", "10:C=7.00"]
            ),
            ("reference;AMOUNT\nA;5\n", ["2:A=5.00"]),
            ("Re ference;\u{a0}amount\u{a0}\nA;5\n", ["2:A=5.00"]),
            // An exact title precedes one that differs in case.
            ("reference,Reference,Amount\nX,A,5\n", ["2:A=5.00"]),
            ("Reference,Amount\nA,-5\nB,(1.500)\n", ["2:A=-5.00", "3:B=-1500.00"]),
            ("Reference,Amount\nTOTAL-1,5\n", ["2:TOTAL-1=5.00"]),
            // What a spreadsheet puts around references.
            ("Reference,Amount\n'0012,5\n\"=\"\"0013\"\"\",6\n", ["2:0012=5.00", "3:0013=6.00"]),
            // One amount tells how to read the others, wherever it stands.
            ("Reference;Amount\nA;25.000\nB;1.234.567\n", ["2:A=25000.00", "3:B=1234567.00"]),
            ("Reference;Amount\nA;25.000\nB;7.500\n", ["2:A=25000.00", "3:B=7500.00"]),
            ("Reference;Amount\nA;25,000\nB;10.00\n", ["2:A=25000.00", "3:B=10.00"]),
        ] as [(String, [String])]
    )
    func `a dialect is read`(text: String, expected: [String]) throws {
        #expect(summary(try read(text)) == expected)
    }

    @Test func `what is no payment is counted`() throws {
        let report = try read("Title\nReference,Amount\nA,5\n'B,6\nTotal,12\nfooter\n")
        #expect(report.otherLinesCount == 3)
        #expect(
            report.warnings.map(\.text) == [
                "an apostrophe or formula around B was removed",
                "a total of 12.00, but the lines before add up to 11.00",
            ]
        )
        #expect(report.warnings.map(\.line) == [4, 5])
        #expect(
            try read("Reference,Amount\n1234567890123450000,5\n").warnings.map(\.text) == [
                "1234567890123450000 may have lost digits: spreadsheets round numbers of more "
                    + "than 15 digits"
            ]
        )
    }

    @Test func `columns can be numbers, with or without a header`() throws {
        let reading = ReportReading(
            columns: ColumnSelection(reference: .number(2), amount: .number(3), fee: .number(1))
        )
        #expect(
            summary(try read("x;A;25.000,00\n175;B;26000\n", reading.with { $0.columns.fee = nil }))
                == ["1:A=25000.00", "2:B=26000.00"]
        )
        #expect(
            summary(try read("Fee;Ref;Amount\n\n175;A;25000\n;B;26000\n", reading))
                == ["3:A=25000.00-175.00", "4:B=26000.00"]
        )
        let mixed = ReportReading(
            columns: ColumnSelection(reference: .title("Ref"), amount: .number(1))
        )
        #expect(summary(try read("Rp,Ref\n5,A\n", mixed)) == ["2:A=5.00"])
        #expect([ColumnName("0"), ColumnName(" "), ColumnName("1001")] == [nil, nil, nil])
        #expect(ColumnName(" 3 ") == .number(3))
    }

    @Test func `the separator of a file without titles is the first one of a line`() throws {
        let reading = ReportReading(
            columns: ColumnSelection(reference: .number(1), amount: .number(2))
        )
        #expect(summary(try read("TRX-1;10.000,00\n", reading)) == ["1:TRX-1=10000.00"])
    }

    @Test func `what is given outweighs what is found out`() throws {
        let text = "Reference;Amount\nA;25.000\nB;100.000\n"
        let comma = ReportReading.example.with { $0.decimalMark = .comma }
        let point = ReportReading.example.with { $0.decimalMark = .point }
        #expect(summary(try read(text, comma)) == ["2:A=25000.00", "3:B=100000.00"])
        #expect(summary(try read(text, point)) == ["2:A=25.00", "3:B=100.00"])
        let semicolon = ReportReading.example.with { $0.separator = .semicolon }
        #expect(summary(try read(text + "C;7.500", semicolon)).last == "4:C=7500.00")
    }

    @Test func `dates select the payments of the period and give the days`() throws {
        var reading = ReportReading.example
        reading.columns.date = .title("Date")
        let text =
            "Reference;Amount;Date\nA;1;01/11/2026\nB;2;13/11/2026 23:59\nC;3;02/11/2026\n"
        let day = { (text: String) in JakartaTime.startOfDay(Array(text.utf8).span) }
        let whole = try read(text, reading)
        #expect(whole.payments.count == 3)
        #expect(whole.days == ReportPeriod(from: day("2026-11-01"), to: day("2026-11-14")))
        let part = try read(
            text,
            reading,
            period: ReportPeriod(from: day("2026-11-02"), to: day("2026-11-13"))
        )
        #expect(part.payments.map(\.reference.text) == ["C"])
        #expect(part.outsideCount == 2)
        #expect(part.days == ReportPeriod(from: day("2026-11-02"), to: day("2026-11-03")))
        let american = reading.with { $0.dateOrder = .monthFirst }
        let ambiguous = "Reference;Amount;Date\nA;1;01/11/2026\n"
        #expect(try read(ambiguous, american).days?.from == day("2026-01-11"))
    }
}

/// What is refused, and what the refusal says.
struct ReportProblemTests {
    @Test(
        arguments: [
            ("", nil, "The report is empty."), ("\u{feff} \n\t", nil, "The report is empty."),
            (
                "PK\u{3}\u{4}xx", nil,
                "The report is a spreadsheet file; save it as CSV, and send that "
                    + "file."
            ),
            (
                "R\u{0}e\u{0}f\u{0}", nil,
                "The report is UTF-16 or another format that is "
                    + "not UTF-8; save it as \"CSV UTF-8\"."
            ),
            ("<html>", nil, "The report is HTML, XML or PDF; expected CSV."),
            ("%PDF-1.7", nil, "The report is HTML, XML or PDF; expected CSV."),
            (
                "Only\none\ncolumn\n", .separator,
                "No line has several fields that a comma, a semicolon or a tab separates."
            ),
            (
                "Ref;Amount;\nA;5;\n", .reference,
                "line 1: No line has the column Reference; the columns are: 1 Ref, 2 Amount, 3."
            ),
            (
                "Reference;Gross;Net\nA;5;4\n", .amount,
                "line 1: No line has the column Amount; the columns are: 1 Reference, "
                    + "2 Gross, 3 Net."
            ),
            (
                "Reference;Amount;amount;Amount\nA;5;5;5\n", .amount,
                "line 1: column Amount occurs 2 times; which one is meant? Give its "
                    + "number: 2 and 4."
            ),
            (
                "Reference,Amount\nA,25.000,00\n", .separator,
                "line 2: 3 fields, but the header has 2; a value that contains a comma must be in "
                    + "quotes"
            ),
            (
                "Reference,Amount\nA,\"5\nB,6\n", nil,
                "line 2: a quote opens a field and is never closed"
            ),
            (
                "Reference,Amount\n\"A\"x,5\n", nil,
                "line 2: text follows the closing quote of a field; a quote inside a field is "
                    + "written twice"
            ),
            (
                "Reference;Amount\nA;25.000\nB;100.000\n", .decimalMark,
                "line 2: column Amount: does 25.000 mean 25000.00 or 25.00 rupiah? Set "
                    + "decimalMark to comma if the point separates thousands, to point if "
                    + "decimals follow it."
            ),
            (
                "Reference;Amount\nA;10.00\nB;-25.000\n", .decimalMark,
                "line 3: column Amount: does -25.000 mean -25000.00 or -25.00 rupiah? 10.00 on "
                    + "line 2 has a decimal point, but amounts have two decimals at most. Set "
                    + "decimalMark to comma if the point separates thousands, to point if "
                    + "decimals follow it."
            ),
            (
                "Reference;Amount\nA;25.000,00\nB;25,000.00\n", .amount,
                "line 3: column Amount has 25,000.00, in which the decimal mark is a point, but "
                    + "it is a comma in 25.000,00 on line 2, column Amount; write all amounts in "
                    + "one way"
            ),
            (
                "Reference;Amount\nA;lunas\n", .amount,
                "line 2: column Amount has lunas, expected rupiah such as 25000, 25.000,00 or "
                    + "25,000.00, with two decimals at most"
            ),
            ("Reference;Amount;x\nA;;1\n", .amount, "line 2: column Amount is empty"),
            (
                "Reference;Amount\nA;5\n;6\n", .reference,
                "line 3: an amount of 6.00 without a reference; which payment is it? Write its "
                    + "reference in column Reference, or remove the line"
            ),
            (
                "Reference;Amount\n1,23457E+15;5\n", .reference,
                "line 2: column Reference has 1,23457E+15, a number that a spreadsheet has "
                    + "shortened: its digits are missing in the file; export the column as text"
            ),
            (
                "Reference;Amount\nToko Ibu;5\n", .reference,
                "line 2: column Reference has Toko Ibu, expected a reference of 1 to 64 visible "
                    + "ASCII characters"
            ),
        ] as [(String, ReportParameter?, String)]
    )
    func `a file is refused`(text: String, parameter: ReportParameter?, expected: String) {
        let found = problem(text)
        #expect(found?.parameter == parameter)
        #expect(found?.text == expected)
    }

    @Test func `UTF-16 is refused, with and without its mark`() {
        for bytes: [UInt8] in [[0xFF, 0xFE, 0x52, 0], [0xFE, 0xFF, 0, 0x52], [0, 0x52, 0, 0x65]] {
            #expect(throws: ReportProblem.self) { try Report(csv: bytes, .example) }
        }
    }

    @Test func `the separator is unclear`() {
        let numbers = ReportReading(
            columns: ColumnSelection(reference: .number(1), amount: .number(2))
        )
        let text = problem("A,5\nB;6\n", numbers)
        #expect(text?.parameter == .separator)
        #expect(
            text?.text == "The fields can be separated by comma or semicolon; which is it? Set "
                + "separator."
        )
    }

    @Test(
        arguments: [
            (
                "01/11/2026", "02/11/2026", .dateOrder,
                "line 2: column Date: does a date mean 2026-11-01 or 2026-01-11? Set dateOrder to "
                    + "dayFirst for 2026-11-01, to monthFirst for 2026-01-11."
            ),
            (
                "13/11/2026", "11/13/2026", .date,
                "line 3: column Date has 11/13/2026, which does not fit 13/11/2026 on line 2; "
                    + "write all dates in one order"
            ),
            (
                "13/11/2026", "kemarin", .date,
                "line 3: column Date has kemarin, expected a date such as 22/11/2026, 22-11-2026 "
                    + "14:05 or 2026-11-22"
            ),
        ] as [(String, String, ReportParameter, String)]
    )
    func `dates are refused`(
        first: String,
        second: String,
        parameter: ReportParameter,
        expected: String
    ) {
        var reading = ReportReading.example
        reading.columns.date = .title("Date")
        let found = problem("Reference;Amount;Date\nA;1;\(first)\nB;2;\(second)\n", reading)
        #expect(found?.parameter == parameter)
        #expect(found?.text == expected)
    }

    @Test func `what contradicts the request is refused`() {
        let mark = ReportReading.example.with { $0.decimalMark = .point }
        #expect(
            problem("Reference;Amount\nA;25.000,00\n", mark)?.text
                == "line 2: column Amount has 25.000,00, in which the decimal mark is not a point"
        )
        let order = ReportReading.example.with {
            $0.columns.date = .title("Date")
            $0.dateOrder = .monthFirst
        }
        #expect(
            problem("Reference;Amount;Date\nA;5;13/11/2026\n", order)?.text
                == "line 2: column Date has 13/11/2026, which does not fit dateOrder monthFirst"
        )
        let separator = ReportReading.example.with { $0.separator = .tab }
        #expect(problem("Reference;Amount\nA;5\n", separator)?.parameter == .separator)
    }

    @Test func `hostile values are shown on one line, and shortened`() {
        let long = String(repeating: "x", count: 500)
        let found = problem("Reference;Amount\nA;\"\u{202e}\n\(long)\"\n")
        #expect(found?.text.contains("\\u{202e}\\u{a}xxx") == true)
        #expect((found?.text.count ?? 1_000) < 250)
        let fields = String(repeating: ",", count: 2_000)
        #expect(problem("Reference,Amount\n\(fields)\n")?.text == "line 2: more than 1000 fields")
    }
}
