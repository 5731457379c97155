package import Payments

/// A payment in the gateway's report.
package struct ReportedPayment: Equatable, Sendable {
    /// Its line in the file, counted from 1.
    package let line: Int
    package let reference: Reference
    package let amount: ReportedMoney
    package let fee: ReportedMoney?

    /// The date in the report, in milliseconds since the epoch.
    package let milliseconds: Int64?

    package init(
        line: Int,
        reference: Reference,
        amount: ReportedMoney,
        fee: ReportedMoney? = nil,
        milliseconds: Int64? = nil
    ) {
        self.line = line
        self.reference = reference
        self.amount = amount
        self.fee = fee
        self.milliseconds = milliseconds
    }
}

/// How the text of a report is to be read, as a request says it.
package struct ReportReading: Equatable, Sendable {
    package var columns: ColumnSelection

    /// Nil: found out from the text, or else refused.
    package var separator: ReportSeparator?
    package var decimalMark: DecimalMark?
    package var dateOrder: DateOrder?

    package init(columns: ColumnSelection) { self.columns = columns }
}

/// A period, in milliseconds since the epoch; the end is not included.
package struct ReportPeriod: Equatable, Sendable {
    package var from: Int64?
    package var to: Int64?

    package init(from: Int64?, to: Int64?) {
        self.from = from
        self.to = to
    }

    package func contains(_ milliseconds: Int64) -> Bool {
        milliseconds >= from ?? .min && milliseconds < to ?? .max
    }
}

/// The gateway's report on payments.
package struct Report: Equatable, Sendable {
    /// A remark on a line that does not keep the report from being compared.
    package struct Warning: Equatable, Sendable {
        /// The line of the file, counted from 1.
        package let line: Int
        package let text: String
    }

    package var payments: [ReportedPayment] = []

    /// The first ``warningsMax`` remarks.
    package private(set) var warnings: [Warning] = []

    /// How many remarks there are.
    package private(set) var warningsCount = 0

    /// Lines that are no payments: titles, notes and totals; empty ones do not count.
    package var otherLinesCount = 0

    /// Payments outside the requested period.
    package var outsideCount = 0

    /// The days of the report's dates, complete; nil without a column of dates.
    package var days: ReportPeriod?

    package static let warningsMax = 100

    /// A report has at most this many payments.
    package static let paymentsMax = 300_000

    /// A report has at most this many bytes.
    package static let bytesMax = 32 * 1_024 * 1_024

    package init() {}

    mutating func warn(_ text: String, line: Int) {
        warningsCount += 1
        if warnings.count < Self.warningsMax {
            warnings.append(Warning(line: line, text: text))
        }
    }
}
