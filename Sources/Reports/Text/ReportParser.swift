import Payments

extension Report {
    /// Reads a report in CSV.
    ///
    /// - Parameter period: payments with dates outside of it are left out.
    /// - Throws: a fault, or something with two readings, with its line.
    package init(
        csv bytes: [UInt8],
        _ reading: ReportReading,
        period: ReportPeriod? = nil
    ) throws(ReportProblem) {
        let file = try ReportFile(bytes)
        let layout = try ReportLayout(of: file, reading.columns, separator: reading.separator)
        var parser = ReportParser(layout, reading)
        try parser.read(file)
        self = try parser.report(in: period)
    }
}

/// Reads the records of a report, and resolves their values when all of them are known.
private struct ReportParser {
    private let layout: ReportLayout

    /// The selected columns as the request names them, for messages.
    private let names: [ReportParameter: String]
    private var rows: [ReportRow] = []
    private var report = Report()
    private var marks: DecimalMarkEvidence
    private var dates: DateOrderEvidence

    /// Amounts of lines that may be totals, without a reference.
    private var totals: [(line: Int, amount: MoneyLiteral, isLabelled: Bool)] = []

    init(_ layout: ReportLayout, _ reading: ReportReading) {
        self.layout = layout
        names = Dictionary(
            uniqueKeysWithValues: reading.columns.all.map { ($0.parameter, $0.name.text) }
        )
        marks = DecimalMarkEvidence(given: reading.decimalMark)
        dates = DateOrderEvidence(given: reading.dateOrder)
    }

    private func name(_ parameter: ReportParameter) -> String { names[parameter] ?? "" }

    // MARK: Records

    mutating func read(_ file: ReportFile) throws(ReportProblem) {
        var reader = CSVReader(file, separator: layout.separator)
        var record = CSVRecord()
        var header: CSVRecord?
        while try reader.next(&record) {
            if record.isBlank { continue }
            if let line = layout.headerLine {
                if record.line == line { header = record }
                if record.line <= line {
                    report.otherLinesCount += record.line == line ? 0 : 1
                    continue
                }
                // Some reports repeat their header on every page.
                if let header, repeats(header, record) { continue }
            } else if rows.isEmpty, !ReportRow.isRow(record, layout.columns) {
                report.otherLinesCount += 1
                continue
            }
            try add(record)
        }
    }

    private func repeats(_ header: CSVRecord, _ record: CSVRecord) -> Bool {
        field(.amount, record) == field(.amount, header)
            && field(.reference, record) == field(.reference, header)
    }

    private mutating func add(_ record: CSVRecord) throws(ReportProblem) {
        let reference = field(.reference, record)
        let amount = field(.amount, record)
        if ReportRow.isTotal(record) {
            report.otherLinesCount += 1
            if let literal = MoneyLiteral(amount, isWhole: true) {
                totals.append((record.line, literal, true))
            }
            return
        }
        try checkWidth(record)
        if amount.isEmpty {
            report.otherLinesCount += 1
            // A word in the column of references alone is a footer.
            guard record.fields.count(where: { !$0.trimmed.isEmpty }) > 1,
                Reference(reference.span) != nil
            else { return }
            throw ReportProblem(
                "\(quotedColumn(name(.amount))) is empty",
                line: record.line,
                parameter: .amount
            )
        }
        let literal = try money(.amount, amount, record)
        if reference.isEmpty {
            totals.append((record.line, literal, false))
            return
        }
        try addRow(record, reference, literal)
    }

    private mutating func addRow(
        _ record: CSVRecord,
        _ text: ArraySlice<UInt8>,
        _ amount: MoneyLiteral
    ) throws(ReportProblem) {
        guard rows.count < Report.paymentsMax else {
            throw ReportProblem(
                "more than \(Report.paymentsMax) payments; send a shorter period",
                line: record.line
            )
        }
        let reference = try ReferenceLiteral(text, line: record.line, column: name(.reference))
        if let damage = reference.damage { warn(damage, reference.reference, record.line) }
        let fee = field(.fee, record)
        rows.append(
            ReportRow(
                line: record.line,
                reference: reference.reference,
                amount: amount,
                fee: fee.isEmpty ? nil : try money(.fee, fee, record),
                date: layout.columns[.date] == nil ? nil : try date(record)
            )
        )
    }

    private mutating func warn(
        _ damage: ReferenceLiteral.Damage,
        _ reference: Reference,
        _ line: Int
    ) {
        switch damage {
        case .wrapped:
            report.warn("an apostrophe or formula around \(reference) was removed", line: line)
        case .rounded:
            report.warn(
                "\(reference) may have lost digits: spreadsheets round numbers of more than 15 "
                    + "digits",
                line: line
            )
        }
    }

    /// More fields than titles: a separator inside a value is not in quotes.
    private func checkWidth(_ record: CSVRecord) throws(ReportProblem) {
        guard let count = layout.columns.count, record.fields.count > count,
            record.fields.indices.dropFirst(count).contains(where: { !record[$0].isEmpty })
        else { return }
        throw ReportProblem(
            "\(record.fields.count) fields, but the header has \(count); a value that contains a "
                + "\(layout.separator.rawValue) must be in quotes",
            line: record.line,
            parameter: .separator
        )
    }

    private func field(_ parameter: ReportParameter, _ record: CSVRecord) -> ArraySlice<UInt8> {
        layout.columns[parameter].map { record[$0] } ?? []
    }

    private mutating func money(
        _ parameter: ReportParameter,
        _ text: ArraySlice<UInt8>,
        _ record: CSVRecord
    ) throws(ReportProblem) -> MoneyLiteral {
        guard let literal = MoneyLiteral(text, isWhole: parameter == .amount) else {
            throw .value(
                text,
                "expected rupiah such as 25000, 25.000,00 or 25,000.00, with two decimals at most",
                line: record.line,
                column: name(parameter),
                parameter: parameter
            )
        }
        try marks.add(
            literal,
            text,
            line: record.line,
            column: name(parameter),
            parameter: parameter
        )
        return literal
    }

    private mutating func date(_ record: CSVRecord) throws(ReportProblem) -> DateLiteral {
        let text = field(.date, record)
        guard let literal = DateLiteral(text) else {
            throw .value(
                text,
                "expected \(DateLiteral.forms)",
                line: record.line,
                column: name(.date),
                parameter: .date
            )
        }
        try dates.add(literal, text, line: record.line, column: name(.date))
        return literal
    }

    // MARK: Values

    mutating func report(in period: ReportPeriod?) throws(ReportProblem) -> Report {
        var sum = ReportedMoney(sen: 0)
        var totals = totals[...]
        report.payments.reserveCapacity(rows.count)
        for row in rows {
            while let total = totals.first, total.line < row.line {
                try check(total.amount, total.line, isLabelled: total.isLabelled, sum)
                totals = totals.dropFirst()
            }
            let payment = try payment(row)
            sum = sum.adding(payment.amount) ?? sum
            add(payment, row.date, in: period)
        }
        for total in totals {
            try check(total.amount, total.line, isLabelled: total.isLabelled, sum)
        }
        return report
    }

    private func payment(_ row: ReportRow) throws(ReportProblem) -> ReportedPayment {
        var fee: ReportedMoney?
        if let literal = row.fee { fee = try value(literal, row.line, .fee) }
        var milliseconds: Int64?
        if let date = row.date {
            milliseconds = try dates.milliseconds(of: date, line: row.line, column: name(.date))
        }
        return ReportedPayment(
            line: row.line,
            reference: row.reference,
            amount: try value(row.amount, row.line, .amount),
            fee: fee,
            milliseconds: milliseconds
        )
    }

    private func value(
        _ literal: MoneyLiteral,
        _ line: Int,
        _ parameter: ReportParameter
    ) throws(ReportProblem) -> ReportedMoney {
        try marks.value(of: literal, line: line, column: name(parameter), parameter: parameter)
    }

    /// Adds a payment of the period, and its day to those of the report.
    private mutating func add(
        _ payment: ReportedPayment,
        _ date: DateLiteral?,
        in period: ReportPeriod?
    ) {
        guard let milliseconds = payment.milliseconds else {
            report.payments.append(payment)
            return
        }
        guard period?.contains(milliseconds) != false else {
            report.outsideCount += 1
            return
        }
        report.payments.append(payment)
        let days = ReportPeriod(day: milliseconds)
        report.days = report.days?.union(days) ?? days
    }

    /// Compares a total with the sum of the payments before it.
    ///
    /// - Throws: an amount without a label and a reference is not that sum.
    private mutating func check(
        _ literal: MoneyLiteral,
        _ line: Int,
        isLabelled: Bool,
        _ sum: ReportedMoney
    ) throws(ReportProblem) {
        let amount = try value(literal, line, .amount)
        if isLabelled {
            guard amount != sum else { return }
            report.warn("a total of \(amount), but the lines before add up to \(sum)", line: line)
        } else if amount == sum {
            report.otherLinesCount += 1
        } else {
            throw ReportProblem(
                "an amount of \(amount) without a reference; which payment is it? Write its "
                    + "reference in \(quotedColumn(name(.reference))), or remove the line",
                line: line,
                parameter: .reference
            )
        }
    }
}
