package import Commands
import Configuration
import ReceiverClient
import Text

extension Command {
    package static let export = Command(
        running: ExportCommand.self,
        name: "export",
        summary: "Writes the payments or transitions of a period as CSV.",
        options: ExportCommand.options,
        scope: .journal,
        responseSeconds: 3_600,
        example: "export --what payments --from 2026-11-01 --to 2026-12-01 --out november.csv"
    )
}

/// `GET /v1/export`
struct ExportCommand: APICommand {
    static let options = filters.map(\.option) + [out]
    static let streams = true

    private static let filters =
        [
            ListFilter(
                "--what",
                value: "WHAT",
                as: "what",
                "What to export: payments (default) or transitions."
            )
        ] + ListFilter.bookkeepingPeriod
    private static let out = CommandOption(
        name: "--out",
        value: "FILE",
        summary: "Writes to this new file (mode 0600) instead of standard output."
    )

    private let parameters: [(name: String, value: String?)]
    private let file: String?

    init(_ arguments: CommandArguments) throws(UsageError) {
        parameters = ListFilter.parameters(Self.filters, arguments)
        file = arguments.one(Self.out)
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let target = try OutputTarget(file, of: Self.out.name, doing: "exporting", session.console)
        defer { session.console.progress("") }
        do throws(CommandProblem) {
            try await session.api.stream(["v1", "export"], parameters) { target.write($0) }
        } catch {
            throw target.problem ?? error
        }
        try target.finish()
    }
}
