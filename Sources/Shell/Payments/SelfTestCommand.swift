package import Commands
import Configuration
import ReceiverClient
import Text

extension Command {
    package static let selfTest = Command(
        running: SelfTestCommand.self,
        name: "self-test",
        summary: "Tests the way to the gateway and from it, before going live.",
        options: [],
        scope: .operate,
        example: "self-test"
    )
}

/// `POST /admin/self-test`
struct SelfTestCommand: APICommand {
    init(_ arguments: CommandArguments) throws(UsageError) {}

    func run(_ session: APISession) async throws(CommandProblem) {
        let answer = try await session.api.post(["admin", "self-test"], JSONObjectText())
        if session.isJSON {
            session.showJSON(answer.bytes)
        } else {
            for check in answer.root["checks"]?.elements ?? [] {
                session.console.output(Self.text(of: check))
            }
        }
        if answer.root["passed"]?.bool == true { return }
        throw CommandProblem(.unavailable, "the self-test failed")
    }

    /// One line for the check, and an indented one for what to do.
    private static func text(of check: JSONValue) -> String {
        let words = ["name", "outcome"].map { check.text($0) ?? "-" }.joined(separator: ": ")
        let line = oneLine("\(words). \(check.text("detail") ?? "")") + "\n"
        return check.text("remedy").map { line + "  " + oneLine($0) + "\n" } ?? line
    }
}
