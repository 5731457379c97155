package import Commands
import Configuration
import Snap
import Text

extension Command {
    package static let query = Command(
        asking: QueryCommand.self,
        name: "query",
        summary: "Queries the gateway about a payment, and records the reported status.",
        options: [],
        operand: "REFERENCE",
        scope: .generate,
        answerSeconds: GenerateCommand.answerSeconds,
        example: "query TRX-1"
    )
}

/// `POST /admin/qr/query`
struct QueryCommand: APICommand {
    private let reference: String

    init(_ arguments: CommandArguments) throws(UsageError) { reference = arguments.operand ?? "" }

    func run(_ session: APISession) async throws(CommandProblem) {
        var body = JSONObjectText()
        body.add("partnerReferenceNo", reference)
        let answer = try await session.api.post(["admin", "qr", "query"], body)
        if session.isJSON { return session.showJSON(answer.bytes) }
        if let gateway = answer.root["gateway"] {
            let words = ["responseCode", "responseMessage"].compactMap { gateway.text($0) }
            let status = gateway.text("latestTransactionStatus").map { "status \($0)" }
            let text = [words.joined(separator: " "), status].compactMap(\.self)
            session.console.output(oneLine("Gateway: " + text.joined(separator: ", ")) + "\n\n")
        }
        if let transaction = answer.root["transaction"] {
            session.console.output(TransactionText(transaction).text)
        }
    }
}

extension Command {
    package static let reconcile = Command(
        asking: ReconcileCommand.self,
        name: "reconcile",
        summary: "Queries the gateway now about every open payment that is due.",
        options: [],
        scope: .operate,
        example: "reconcile"
    )
}

/// `POST /admin/reconcile`
struct ReconcileCommand: APICommand {
    init(_ arguments: CommandArguments) throws(UsageError) {}

    func run(_ session: APISession) async throws(CommandProblem) {
        let answer = try await session.api.post(["admin", "reconcile"], JSONObjectText())
        if session.isJSON { return session.showJSON(answer.bytes) }
        session.console.output("Status inquiries started: \(answer.root.text("count") ?? "-")\n")
    }
}
