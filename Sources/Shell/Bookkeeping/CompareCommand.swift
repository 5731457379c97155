package import Commands
import Configuration
import ReceiverClient
import System
import Text

extension Command {
    package static let compare = Command(
        running: CompareCommand.self,
        name: "compare",
        summary: "Compares the gateway's report, a CSV file, with the payments recorded here.",
        options: CompareCommand.options,
        operand: "REPORT",
        scope: .journal,
        responseSeconds: 600,
        meanings: [
            .success: "both sides are equal",
            .badData: "the sides differ, or the report or the request was refused",
        ],
        example: "compare november.csv --reference \"Ref No\" --amount Jumlah --date Tanggal"
    )
}

/// `POST /v1/compare`
struct CompareCommand: APICommand {
    static let options = filters.map(\.option) + [query, .limit]

    private static let filters =
        [
            ListFilter(
                "--reference",
                value: "COLUMN",
                as: "reference",
                "The column of references: its title, or its number from 1 on."
            ),
            ListFilter("--amount", value: "COLUMN", as: "amount", "The column of amounts."),
            ListFilter("--fee", value: "COLUMN", as: "fee", "The column of fees."),
            ListFilter(
                "--date",
                value: "COLUMN",
                as: "date",
                "The column of dates, whose days are the period."
            ),
            ListFilter(
                "--separator",
                value: "WORD",
                as: "separator",
                "What separates fields: comma, semicolon or tab; else it is detected."
            ),
            ListFilter(
                "--decimal-mark",
                value: "WORD",
                as: "decimalMark",
                "The decimal mark: comma (25.000 is 25000) or point; else it is detected."
            ),
            ListFilter(
                "--date-order",
                value: "WORD",
                as: "dateOrder",
                "The order of dates: dayFirst or monthFirst; else it is detected."
            ),
        ] + ListFilter.period()

    private static let query = CommandOption(
        flag: "--query",
        summary: "Queries the gateway about payments of the report that are not paid here."
    )

    static func moreScopes(_ arguments: CommandArguments) -> [Configuration.Scope] {
        arguments.has(query) ? [.generate] : []
    }

    private let file: String
    private let parameters: [(name: String, value: String?)]

    init(_ arguments: CommandArguments) throws(UsageError) {
        for name in ["--reference", "--amount"] {
            let isGiven = Self.filters.contains {
                $0.option.name == name && arguments.one($0.option) != nil
            }
            if isGiven { continue }
            throw UsageError(text: "\(name) is missing: expected the title or number of a column")
        }
        file = arguments.operand ?? ""
        let limit = try arguments.limit()
        let query = arguments.has(Self.query) ? "true" : nil
        parameters =
            ListFilter.parameters(Self.filters, arguments)
            + [("query", query), ("limit", limit.map { "\($0)" })]
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let report = try report()
        session.console.progress("comparing \(report.count / 1_000) KB")
        defer { session.console.progress("") }
        let response = try await session.api.post(csv: report, ["v1", "compare"], parameters)
        let lists = try session.items(response, "differences")
        session.console.progress("")
        if session.isJSON {
            session.showJSON(response.bytes)
        } else {
            session.console.output(ComparisonText(response.root, lists).text)
            showWarnings(response.root, session)
        }
        // The result says what differs; the exit code is for scripts.
        if response.root["equal"]?.bool != true { throw CommandProblem(.badData, []) }
    }

    /// The bytes of the report; `-` is standard input.
    private func report() throws(CommandProblem) -> [UInt8] {
        do throws(FileError) {
            return try file == "-"
                ? FileContents(readingStandardInput: Self.bytesMax).bytes
                : FileContents(reading: file, bytesMax: Self.bytesMax).bytes
        } catch {
            let name = file == "-" ? "standard input" : file
            throw CommandProblem(.inputOutput, "\(name) cannot be read, \(error)")
        }
    }

    /// The maximum size of a report, as the API has it.
    private static let bytesMax = 32 * 1_024 * 1_024

    private func showWarnings(_ root: JSONValue, _ session: APISession) {
        let warnings = root["warnings"]?.elements ?? []
        for warning in warnings {
            session.complain(
                "line \(warning.text("line") ?? ""): \(warning.text("text") ?? "")"
            )
        }
        let count = root.text("warningsCount").flatMap { Int($0) } ?? 0
        if count > warnings.count {
            session.complain("\(count - warnings.count) more remarks are not shown")
        }
    }
}
