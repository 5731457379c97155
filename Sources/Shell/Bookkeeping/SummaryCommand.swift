package import Commands
import Configuration
import ReceiverClient
import Text

extension Command {
    package static let summarize = Command(
        running: SummaryCommand.self,
        name: "summary",
        summary: "Shows count, amount, fee and refunds of payments by day and status.",
        options: SummaryCommand.options,
        scope: .feed,
        responseSeconds: 300,
        example: "summary --from 2026-11-01 --to 2026-12-01"
    )
}

/// `GET /v1/summary`
struct SummaryCommand: APICommand {
    static let options = filters.map(\.option)

    private static let filters = ListFilter.bookkeepingPeriod

    private let parameters: [(name: String, value: String?)]

    init(_ arguments: CommandArguments) throws(UsageError) {
        parameters = ListFilter.parameters(Self.filters, arguments)
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let response = try await session.api.get(["v1", "summary"], parameters)
        let days = try session.items(response, "days")
        let totals = try session.items(response, "totals")
        if session.isJSON { return session.showJSON(response.bytes) }
        if days.isEmpty { return session.console.output("No payments.\n") }
        var table = Table(Self.columns)
        session.console.output(
            table.text(
                days.map { Self.cells($0, day: $0.text("day")) }
                    + totals.map { Self.cells($0, day: "total") }
            )
        )
    }

    private static let columns = [
        Table.Column(title: "DAY"),
        Table.Column(title: "STATUS"),
        Table.Column(title: "COUNT", isNumber: true),
        Table.Column(title: "AMOUNT", isNumber: true),
        Table.Column(title: "FEE", isNumber: true),
        Table.Column(title: "REFUNDED", isNumber: true),
    ]

    private static func cells(_ sums: JSONValue, day: String?) -> [String?] {
        [
            day, sums.text("status"), sums.text("count"), sums.amount("amount"),
            sums.amount("feeAmount"), sums.amount("refundedAmount"),
        ]
    }
}

extension ListFilter {
    /// The period of the commands for bookkeeping: `--by`, `--from` and `--to`.
    static let bookkeepingPeriod =
        [
            ListFilter(
                "--by",
                value: "TIME",
                as: "by",
                "The time that selects a payment: paid (default), updated or created."
            )
        ] + period()
}
