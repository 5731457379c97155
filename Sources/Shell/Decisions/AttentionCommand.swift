package import Commands
import Configuration
import ReceiverClient
import Snap
import Text

extension Command {
    package static let attention = Command(
        running: AttentionCommand.self,
        name: "attention",
        summary: "Shows items that need manual review, newest first.",
        options: AttentionCommand.options,
        scope: .feed,
        example: "attention --state all --kind late-success"
    )
}

/// `GET /v1/attention`
struct AttentionCommand: APICommand {
    static let options = filters.map(\.option) + [.olderThan, .limit]

    private static let filters = [
        ListFilter(
            "--state",
            value: "STATE",
            as: "state",
            "Only in this state: open (default), resolved or all."
        ),
        ListFilter("--kind", value: "KIND", as: "kind", "Only of this kind, such as late-success."),
    ]

    private let parameters: [(name: String, value: String?)]

    init(_ arguments: CommandArguments) throws(UsageError) {
        parameters = try ListFilter.parameters(Self.filters, arguments) + arguments.numberedPage()
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        try session.showPage(
            try await session.api.get(["v1", "attention"], parameters),
            list: "attention",
            empty: "Nothing needs attention.",
            columns: Self.columns,
            row: Self.cells
        )
    }

    private static let columns = [
        Table.Column(title: "ID", isNumber: true),
        Table.Column(title: "KIND"),
        Table.Column(title: "REFERENCE"),
        Table.Column(title: "CALLBACK", isNumber: true),
        Table.Column(title: "COUNT", isNumber: true),
        Table.Column(title: "OPENED"),
        Table.Column(title: "LAST"),
        Table.Column(title: "RESOLVED"),
        Table.Column(title: "DETAIL"),
    ]

    private static func cells(_ entry: JSONValue) -> [String?] {
        [
            entry.text("id"),
            entry.text("kind"),
            entry.text("partnerReferenceNo"),
            entry.text("callbackId"),
            entry.text("count"),
            entry.text("openedAt"),
            entry.text("lastAt"),
            resolution(entry),
            entry.text("detail"),
        ]
    }

    /// The time, the author and the note of the resolution; nil for an open entry.
    private static func resolution(_ entry: JSONValue) -> String? {
        let parts = ["resolvedAt", "resolvedBy", "note"].compactMap { entry.text($0) }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
