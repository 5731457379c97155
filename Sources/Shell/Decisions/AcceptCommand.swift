package import Commands
import Configuration
import ReceiverClient
import Snap
import Text

extension Command {
    package static let accept = Command(
        running: AcceptCommand.self,
        name: "accept",
        summary: "Sets the status of a payment by an operator's decision.",
        options: AcceptCommand.options,
        operand: "REFERENCE",
        scope: .operate,
        example: "accept TRX-1 --status 00 --amount 10000.00 --note 'on the bank statement'"
    )
}

/// `POST /admin/transactions/{partnerReferenceNo}/accept`
struct AcceptCommand: APICommand {
    static let options = [status, .acceptedAmount, .note, .dryRun]
    private static let status = CommandOption(
        name: "--status",
        value: "CODE",
        summary: "00 success, 04 refunded, 05 cancelled or 06 failed.",
        isRequired: true
    )

    private let reference: String
    private let body: JSONObjectText

    init(_ arguments: CommandArguments) throws(UsageError) {
        reference = arguments.operand ?? ""
        var body = JSONObjectText()
        body.add("status", arguments.one(Self.status) ?? "")
        if let amount = try arguments.rupiah(.acceptedAmount) { body.add("amount", amount) }
        body.add("note", arguments.one(.note) ?? "")
        if arguments.has(.dryRun) { body.add("dryRun", literal: "true") }
        self.body = body
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let response = try await session.api.post(
            ["admin", "transactions", reference, "accept"],
            body
        )
        if session.isJSON { return session.showJSON(response.bytes) }
        let transition = DecisionText.transition(response.root)
        if response.root["dryRun"]?.bool == true {
            session.console.output(DecisionText.dryRun + "\n" + transition)
        } else {
            let transaction = response.root["transaction"].map { TransactionText($0).text } ?? ""
            session.console.output(transition + "\n" + transaction)
        }
    }
}

// Options of the commands for operators' decisions.
extension CommandOption {
    static let note = CommandOption(
        name: "--note",
        value: "TEXT",
        summary: "The reason, 1 to 1000 characters.",
        isRequired: true
    )
    static let acceptedAmount = CommandOption(
        name: "--amount",
        value: "AMOUNT",
        summary: "Such as 9000.00; required if no stored fact, or several, state it."
    )
}

/// An operator's decision as text for people.
enum DecisionText {
    /// The first line of the result of a `--dry-run`.
    static let dryRun = "Dry run: nothing was written.\n"

    /// The transition that was written or, in a dry run, would be written.
    static func transition(_ response: JSONValue) -> String {
        guard let transition = response["transition"], transition.kind == .object else {
            return "No transition: the payment already has this status.\n"
        }
        var table = Table(TransitionRow.columns)
        return table.text([TransitionRow.cells(transition)])
    }
}
