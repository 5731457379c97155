import APIModel
package import Commands
import Configuration
import Snap
import Text

extension Command {
    package static let gatewayReport = Command(
        asking: GatewayReportCommand.self,
        name: "gateway-report",
        summary: "Shows the forms that the gateway sends, with counts and without contents.",
        options: GatewayReportCommand.options,
        scope: .journal,
        answerSeconds: 300,
        example: "gateway-report --from 2026-11-22"
    )
}

/// `GET /v1/gateway-report`
struct GatewayReportCommand: APICommand {
    static let options = [from, to, limit]
    private static let from = CommandOption(
        name: "--from",
        value: "TIME",
        summary: "The start of the period: a Jakarta day or an RFC 3339 time."
    )
    private static let to = CommandOption(
        name: "--to",
        value: "TIME",
        summary: "The end of the period, which is not included."
    )
    private static let limit = CommandOption(
        name: "--limit",
        value: "N",
        summary: "Uses the newest N callbacks and gateway calls, 1 to 10000; 10000 by default."
    )

    private let parameters: [(name: String, value: String?)]

    init(_ arguments: CommandArguments) throws(UsageError) {
        let range = 1...Int64(GatewayReportRange.entriesMax)
        let limit = try arguments.wholeNumber(Self.limit, in: range)
        parameters = [
            ("from", arguments.one(Self.from)), ("to", arguments.one(Self.to)),
            ("limit", limit.map { "\($0)" }),
        ]
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let answer = try await session.api.get(["v1", "gateway-report"], parameters)
        if session.isJSON { return session.showJSON(answer.bytes) }
        session.console.output(GatewayReportText(answer.root).text)
    }
}
