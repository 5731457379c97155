package import Commands
import Configuration
import Snap
import Text

extension Command {
    package static let transaction = Command(
        asking: TransactionCommand.self,
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
        let answer = try await session.api.get(
            ["v1", "transactions", reference],
            [("wait", waitSeconds.map { "\($0)" }), ("since", since.map { "\($0)" })]
        )
        if session.isJSON { return session.showJSON(answer.bytes) }
        session.console.output(TransactionText(answer.root).text)
    }
}
