package import Commands
import Configuration
import ReceiverClient
import Snap
import Text

extension Command {
    package static let transactions = Command(
        running: TransactionsCommand.self,
        name: "transactions",
        summary: "Shows payments, newest first.",
        options: TransactionsCommand.options,
        scope: .feed,
        example: "transactions --status pending --from 2026-11-22"
    )
}

/// `GET /v1/transactions`
struct TransactionsCommand: APICommand {
    static let options = filters.map(\.option) + [amount, .limit]
    private static let amount = CommandOption(
        name: "--amount",
        value: "AMOUNT",
        summary: "Only of this amount, to be paid or paid, such as 25000.00."
    )

    private static let filters =
        [
            ListFilter(
                "--status",
                value: "STATUS",
                as: "status",
                "Only with this status, such as pending; several separated by commas."
            ),
            ListFilter(
                "--reference-no",
                value: "REFERENCE",
                as: "referenceNo",
                "Only with this reference of the gateway."
            ),
            ListFilter(
                "--by",
                value: "TIME",
                as: "by",
                "The time to order and select by: created (default), updated or paid."
            ),
        ] + ListFilter.period() + [
            ListFilter(
                "--cursor",
                value: "CURSOR",
                as: "cursor",
                "Shows the next page; the other options must be the same."
            )
        ]

    private let parameters: [(name: String, value: String?)]

    init(_ arguments: CommandArguments) throws(UsageError) {
        let limit = try arguments.limit()
        parameters =
            ListFilter.parameters(Self.filters, arguments)
            + [
                ("amount", try arguments.rupiah(Self.amount)), ("limit", limit.map { "\($0)" }),
            ]
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        try session.showPage(
            try await session.api.get(["v1", "transactions"], parameters),
            list: "transactions",
            empty: "No payments.",
            continuation: "--cursor",
            columns: Self.columns,
            row: Self.cells
        )
    }

    private static let columns = [
        Table.Column(title: "REFERENCE"),
        Table.Column(title: "STATUS"),
        Table.Column(title: "AMOUNT", isNumber: true),
        Table.Column(title: "CREATED"),
        Table.Column(title: "UPDATED"),
        Table.Column(title: "GATEWAY'S REFERENCE"),
        Table.Column(title: "ATTENTION"),
    ]

    private static func cells(_ transaction: JSONValue) -> [String?] {
        let attention = transaction["attention"]?.elements.compactMap(\.string) ?? []
        return [
            transaction.text("partnerReferenceNo"),
            transaction.text("status"),
            transaction.amount("amount"),
            transaction.text("createdAt"),
            transaction.text("updatedAt"),
            transaction.text("referenceNo"),
            attention.isEmpty ? nil : attention.joined(separator: ", "),
        ]
    }
}

extension Command {
    package static let transaction = Command(
        running: TransactionCommand.self,
        name: "transaction",
        summary: "Shows one payment with its transitions, now or when it changes.",
        options: TransactionCommand.options,
        operand: "REFERENCE",
        scope: .feed,
        example: "transaction TRX-1 --wait 30 --since 17"
    )
}

/// `GET /v1/transactions/{partnerReferenceNo}`
struct TransactionCommand: APICommand {
    static let options = [wait, since]
    private static let wait = CommandOption.wait
    private static let since = CommandOption(
        name: "--since",
        value: "SEQUENCE",
        summary: "With --wait: waits for a transition after this one."
    )

    private let reference: String
    private let waitSeconds: Int64?
    private let since: Int64?

    init(_ arguments: CommandArguments) throws(UsageError) {
        reference = arguments.operand ?? ""
        waitSeconds = try arguments.wholeNumber(Self.wait, in: 0...55)
        since = try arguments.wholeNumber(Self.since, in: 0...Int64.max)
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let response = try await session.api.get(
            ["v1", "transactions", reference],
            [("wait", waitSeconds.map { "\($0)" }), ("since", since.map { "\($0)" })]
        )
        if session.isJSON { return session.showJSON(response.bytes) }
        session.console.output(TransactionText(response.root).text)
    }
}
