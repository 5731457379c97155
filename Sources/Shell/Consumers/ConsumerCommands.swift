package import Commands
import Configuration
import ReceiverClient
import Snap
import Text

extension Command {
    package static let consumers = Command(
        running: ConsumersCommand.self,
        name: "consumers",
        summary: "Shows the consumers of the feed, each with its offset and its lag.",
        options: ConsumersCommand.options,
        scope: .feed,
        example: "consumers"
    )
}

/// `GET /v1/consumers`
struct ConsumersCommand: APICommand {
    static let options = [after, .limit]
    private static let after = CommandOption(
        name: "--after",
        value: "NAME",
        summary: "Shows consumers whose names follow this one."
    )

    private let parameters: [(name: String, value: String?)]

    init(_ arguments: CommandArguments) throws(UsageError) {
        let limit = try arguments.limit()
        parameters = [("after", arguments.one(Self.after)), ("limit", limit.map { "\($0)" })]
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        try session.showPage(
            try await session.api.get(["v1", "consumers"], parameters),
            list: "consumers",
            empty: "No consumers.",
            columns: Self.columns,
            row: Self.cells
        )
    }

    private static let columns = [
        Table.Column(title: "NAME"),
        Table.Column(title: "OFFSET", isNumber: true),
        Table.Column(title: "LAG", isNumber: true),
        Table.Column(title: "UPDATED"),
        Table.Column(title: "BY"),
    ]

    private static func cells(_ consumer: JSONValue) -> [String?] {
        [
            consumer.text("name"), consumer.text("position"), ConsumerText.lag(consumer),
            consumer.text("updatedAt"), consumer.text("updatedBy"),
        ]
    }
}

extension Command {
    package static let showConsumer = Command(
        running: ShowConsumerCommand.self,
        name: "consumers show",
        summary: "Shows one consumer of the feed.",
        options: [],
        operand: "NAME",
        scope: .feed,
        example: "consumers show orders"
    )
}

/// `GET /v1/consumers/{name}`
struct ShowConsumerCommand: APICommand {
    private let name: String

    init(_ arguments: CommandArguments) throws(UsageError) { name = arguments.operand ?? "" }

    func run(_ session: APISession) async throws(CommandProblem) {
        let response = try await session.api.get(["v1", "consumers", name])
        if session.isJSON { return session.showJSON(response.bytes) }
        session.console.output(ConsumerText.text(response.root))
    }
}

extension Command {
    package static let moveConsumer = Command(
        running: MoveConsumerCommand.self,
        name: "consumers move",
        summary: "Moves a consumer of the feed to another offset, or creates it there.",
        options: MoveConsumerCommand.options,
        operand: "NAME",
        // Other tokens may move only consumers that have their name.
        scope: .admin,
        example: "consumers move orders --to 2026-11-22 --expected 17 --rewind"
    )
}

/// `PUT /v1/consumers/{name}`
struct MoveConsumerCommand: APICommand {
    static let options = [to, expected, rewind]
    private static let to = CommandOption(
        name: "--to",
        value: "OFFSET",
        summary: "The last number that is done; or beginning, latest, a Jakarta day or a time.",
        isRequired: true
    )
    private static let expected = CommandOption(
        name: "--expected",
        value: "N",
        summary: "Moves it only if its offset is N now."
    )
    private static let rewind = CommandOption(
        flag: "--rewind",
        summary: "Allows a smaller offset: transitions are delivered again."
    )

    private let name: String
    private let offset: ConsumerOffset
    private let expected: Int64?
    private let mayRewind: Bool

    init(_ arguments: CommandArguments) throws(UsageError) {
        name = arguments.operand ?? ""
        offset = ConsumerOffset(arguments.one(Self.to) ?? "")
        expected = try arguments.wholeNumber(Self.expected, in: 0...Int64.max)
        mayRewind = arguments.has(Self.rewind)
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        var body = try await offset.body(session.api)
        if let expected { body.add("expected", literal: "\(expected)") }
        if mayRewind { body.add("rewind", literal: "true") }
        let response = try await session.api.put(["v1", "consumers", name], body)
        if session.isJSON { return session.showJSON(response.bytes) }
        session.console.output(ConsumerText.text(response.root))
    }
}

extension Command {
    package static let deleteConsumer = Command(
        running: DeleteConsumerCommand.self,
        name: "consumers delete",
        summary: "Removes a consumer of the feed, with its offset.",
        options: [],
        operand: "NAME",
        scope: .admin,
        example: "consumers delete orders.test"
    )
}

/// `DELETE /v1/consumers/{name}`
struct DeleteConsumerCommand: APICommand {
    static let showsJSON = false

    private let name: String

    init(_ arguments: CommandArguments) throws(UsageError) { name = arguments.operand ?? "" }

    func run(_ session: APISession) async throws(CommandProblem) {
        try await session.api.delete(["v1", "consumers", name])
        session.console.output(oneLine("Removed: \(name)") + "\n")
    }
}

/// A consumer as text for people.
private enum ConsumerText {
    static func text(_ consumer: JSONValue) -> String {
        FactLines.text([
            ("Name", consumer.text("name")),
            ("Offset", consumer.text("position")),
            ("Lag", lag(consumer)),
            ("Feed", consumer.text("feed")),
            ("Updated", consumer.text("updatedAt")),
            ("By", consumer.text("updatedBy")),
        ])
    }

    /// The number of transitions after the offset, which is unknown in another feed.
    static func lag(_ consumer: JSONValue) -> String? { consumer.text("lag") ?? "other feed" }
}
