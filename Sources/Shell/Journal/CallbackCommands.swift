import APIModel
package import Commands
import Configuration
import ReceiverClient
import Snap
import Text

extension Command {
    package static let callbacks = Command(
        running: CallbacksCommand.self,
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

    private static let filters =
        [
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
            ListFilter(
                "--external-id",
                value: "ID",
                as: "externalId",
                "Only with this X-EXTERNAL-ID."
            ),
        ] + ListFilter.period("the period of receipt")

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

extension Command {
    package static let replay = Command(
        running: ReplayCommand.self,
        name: "replay",
        summary: "Judges stored callbacks again with the current keys, paths and options.",
        options: ReplayCommand.options,
        operand: "ID",
        operandCount: 0...APILimits.replayedCallbacksMax,
        scope: .operate,
        example: "replay --outcome refused --from 2026-11-22 --dry-run"
    )
}

/// `POST /admin/callbacks/replay`
struct ReplayCommand: APICommand {
    static let options = [outcome, from, .to, .dryRun]
    private static let outcome = CommandOption(
        name: "--outcome",
        value: "OUTCOME",
        summary: "Instead of IDs: the newest 1000 with this outcome, such as refused."
    )
    private static let from = CommandOption.from("the period of receipt")

    private let body: JSONObjectText
    private let isDryRun: Bool

    init(_ arguments: CommandArguments) throws(UsageError) {
        var body = JSONObjectText()
        let ids = try arguments.numbers("ID")
        if ids.isEmpty {
            guard let outcome = arguments.one(Self.outcome) else {
                throw UsageError(text: "ID is missing, or \(Self.outcome.usage) instead")
            }
            body.add("outcome", outcome)
        } else {
            guard !arguments.has(Self.outcome) else {
                throw UsageError(text: "--outcome: expected without IDs")
            }
            body.add("ids", literal: "[\(ids.map { "\($0)" }.joined(separator: ","))]")
        }
        for (option, member) in [(Self.from, "from"), (.to, "to")] {
            guard let time = arguments.one(option) else { continue }
            guard ids.isEmpty else {
                throw UsageError(text: "\(option.name): expected with --outcome only")
            }
            body.add(member, time)
        }
        if arguments.has(.dryRun) { body.add("dryRun", literal: "true") }
        self.body = body
        isDryRun = arguments.has(.dryRun)
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let response = try await session.api.post(["admin", "callbacks", "replay"], body)
        let results = try session.items(response, "results")
        if session.isJSON { return session.showJSON(response.bytes) }
        if isDryRun { session.console.output(DecisionText.dryRun) }
        var table = Table(Self.columns)
        session.console.output(
            results.isEmpty ? "No callbacks.\n" : table.text(results.map(Self.cells))
        )
        if response.root["more"]?.bool == true {
            session.complain("older callbacks were left out; select them with --from and --to")
        }
    }

    private static let columns = [
        Table.Column(title: "CALLBACK", isNumber: true),
        Table.Column(title: "BEFORE"),
        Table.Column(title: "AFTER"),
        Table.Column(title: "SEQUENCE", isNumber: true),
    ]

    private static func cells(_ result: JSONValue) -> [String?] {
        [
            result.text("callbackId"), result.text("before"),
            result.text("problem") ?? result.text("after"), result.text("sequence"),
        ]
    }
}
