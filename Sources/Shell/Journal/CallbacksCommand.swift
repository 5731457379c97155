package import Commands
import Configuration
import Snap
import Text

extension Command {
    package static let callbacks = Command(
        asking: CallbacksCommand.self,
        name: "callbacks",
        summary: "Shows stored callbacks, newest first; with --json byte for byte.",
        options: CallbacksCommand.options,
        scope: .journal,
        example: "callbacks --outcome refused --from 2026-11-22"
    )
}

/// `GET /v1/callbacks`
struct CallbacksCommand: APICommand {
    static let options = filters.map(\.option) + [.olderThan, .limit]

    private static let filters = [
        ListFilter(
            "--reference",
            value: "REFERENCE",
            as: "reference",
            "Only with this reference, yours or the gateway's."
        ),
        ListFilter(
            "--outcome",
            value: "OUTCOME",
            as: "outcome",
            "Only with this outcome, such as applied, conflict or refused."
        ),
        ListFilter("--external-id", value: "ID", as: "externalId", "Only with this X-EXTERNAL-ID."),
        ListFilter(
            "--from",
            value: "TIME",
            as: "from",
            "The start of the period of receipt: a Jakarta day or an RFC 3339 time."
        ),
        ListFilter(
            "--to",
            value: "TIME",
            as: "to",
            "The end of the period, which is not included."
        ),
    ]

    private let parameters: [(name: String, value: String?)]

    init(_ arguments: CommandArguments) throws(UsageError) {
        parameters = try ListFilter.parameters(Self.filters, arguments) + arguments.numberedPage()
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        try session.showPage(
            try await session.api.get(["v1", "callbacks"], parameters),
            list: "callbacks",
            empty: "No callbacks.",
            columns: Self.columns,
            row: Self.cells
        )
    }

    private static let columns = [
        Table.Column(title: "ID", isNumber: true),
        Table.Column(title: "RECEIVED"),
        Table.Column(title: "OUTCOME"),
        Table.Column(title: "RESPONSE"),
        Table.Column(title: "REFERENCE"),
        Table.Column(title: "STATUS"),
        Table.Column(title: "AMOUNT", isNumber: true),
        Table.Column(title: "TIMES", isNumber: true),
        Table.Column(title: "EXTERNAL ID"),
    ]

    private static func cells(_ callback: JSONValue) -> [String?] {
        [
            callback.text("id"),
            callback.text("receivedAt"),
            callback.text("outcome"),
            callback.text("responseCode"),
            callback.text("partnerReferenceNo") ?? callback.text("originalReferenceNo"),
            callback.text("latestTransactionStatus"),
            callback.amount("amount"),
            callback["deliveries"]?.text("count"),
            callback.text("externalId"),
        ]
    }
}
