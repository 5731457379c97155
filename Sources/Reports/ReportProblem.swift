/// The reason why a report cannot be compared: a fault, or something that can be read in two ways.
package struct ReportProblem: Error, Equatable, Sendable {
    /// The request's parameter that selects or resolves what is wrong; nil for the file as such.
    package let parameter: ReportParameter?

    /// The line of the file, counted from 1; nil if it concerns the whole file.
    package let line: Int?

    /// What is wrong, and what was expected or what to say.
    package let message: String

    init(_ message: String, line: Int? = nil, parameter: ReportParameter? = nil) {
        self.message = message
        self.line = line
        self.parameter = parameter
    }
}

extension ReportProblem: CustomStringConvertible {
    /// The message after the number of its line.
    package var description: String { line.map { "line \($0): \(message)" } ?? message }
}

/// What a request says about a report; the raw value is the name of the parameter in the API.
package enum ReportParameter: String, CaseIterable, Sendable {
    /// The columns.
    case reference, amount, fee, date

    /// How its text is to be read.
    case separator, decimalMark, dateOrder
}

extension ReportProblem {
    /// The problem of a value in a column.
    static func value(
        _ bytes: some Collection<UInt8>,
        _ message: String,
        line: Int,
        column: String,
        parameter: ReportParameter
    ) -> ReportProblem {
        ReportProblem(
            "\(quotedColumn(column)) has \(shown(bytes)), \(message)",
            line: line,
            parameter: parameter
        )
    }
}
