package import Commands
import Configuration
import ReceiverClient
import Snap
import Text

extension Command {
    package static let health = Command(
        running: HealthCommand.self,
        name: "health",
        summary: "Says whether the daemon is ready for callbacks; exits 69 if it is not.",
        options: [],
        scope: nil,
        example: "health --url unix:/run/cashin-receiver/internal.sock"
    )
}

/// `GET /readyz`
struct HealthCommand: APICommand {
    init(_ arguments: CommandArguments) throws(UsageError) {}

    func run(_ session: APISession) async throws(CommandProblem) {
        let report = try await session.api.readiness()
        let checks = try session.items(report, "checks")
        if session.isJSON {
            session.showJSON(report.bytes)
        } else {
            var table = Table([Table.Column(title: "CHECK"), Table.Column(title: "STATUS")])
            session.console.output(table.text(checks.map { [$0.text("name"), $0.text("status")] }))
        }
        if report.root.text("status") == "ok" { return }
        throw CommandProblem(.unavailable, "the daemon is not ready for callbacks")
    }
}
