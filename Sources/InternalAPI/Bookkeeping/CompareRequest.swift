import APIModel
import Configuration
import Reports

/// The parameters of `POST /v1/compare`.
struct CompareRequest: Sendable {
    let reading: ReportReading

    /// As given; nil without `from` and `to`.
    let period: ReportPeriod?

    /// The maximum of entries in each list.
    let limit: Int

    /// Whether the gateway is queried about payments that are not paid here.
    let queries: Bool

    init(_ request: APIRequest) throws(Problem) {
        var columns = ColumnSelection(
            reference: try request.requiredColumn(.reference),
            amount: try request.requiredColumn(.amount)
        )
        columns.fee = try request.column(.fee)
        columns.date = try request.column(.date)
        var reading = ReportReading(columns: columns)
        reading.separator = try request.word(.separator)
        reading.decimalMark = try request.word(.decimalMark)
        reading.dateOrder = try request.word(.dateOrder)
        self.reading = reading
        let (from, to) = try request.period()
        period = from == nil && to == nil ? nil : ReportPeriod(from: from, to: to)
        limit = try request.limit()
        switch request.text("query") {
        case nil, "false": queries = false
        case "true": queries = true
        case .some: throw APIRequest.notOneOf("query", ["true", "false"])
        }
        guard queries, request.caller?.allows(.generate) == false else { return }
        throw Problem(
            .forbidden,
            "query=true calls the gateway: the token \(request.caller?.name ?? "") lacks the scope "
                + "generate.",
            field: "query"
        )
    }
}

extension APIRequest {
    /// A column; nil if the parameter is absent.
    fileprivate func column(_ parameter: ReportParameter) throws(Problem) -> ColumnName? {
        guard let text = text(parameter.rawValue) else { return nil }
        guard let name = ColumnName(text) else { throw Self.noColumn(parameter) }
        return name
    }

    fileprivate func requiredColumn(_ parameter: ReportParameter) throws(Problem) -> ColumnName {
        guard let name = try column(parameter) else { throw Self.noColumn(parameter) }
        return name
    }

    private static func noColumn(_ parameter: ReportParameter) -> Problem {
        Problem(
            .invalidParameter,
            "\(parameter.rawValue) must be the title of a column in the report, or its number from "
                + "1 on.",
            field: parameter.rawValue
        )
    }

    /// A word of a closed list; nil if the parameter is absent.
    fileprivate func word<Word: RawRepresentable<String> & CaseIterable>(
        _ parameter: ReportParameter
    ) throws(Problem) -> Word? {
        guard let text = text(parameter.rawValue) else { return nil }
        guard let word = Word(rawValue: text) else {
            throw Self.notOneOf(parameter.rawValue, Word.allCases.map(\.rawValue))
        }
        return word
    }
}

extension Problem {
    /// The problem of a report that cannot be compared.
    init(_ problem: ReportProblem) {
        self.init(.invalidReport, problem.description, field: problem.parameter?.rawValue)
    }
}
