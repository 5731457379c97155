import Commands
import Snap
import Text

extension Command {
    static let reconcile = Command(
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
