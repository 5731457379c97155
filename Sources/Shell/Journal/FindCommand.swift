import APIModel
package import Commands
import Configuration
import ReceiverClient
import Snap
import Text

extension Command {
    package static let find = Command(
        running: FindCommand.self,
        name: "find",
        summary: "Says what became of a payment, by amount and time, or by a reference or text.",
        options: FindCommand.options,
        scope: .journal,
        example: "find --amount 25000 --at 14:05"
    )
}

/// `GET /v1/find`
struct FindCommand: APICommand {
    static let options = [amount, at, within, text, limit]
    private static let amount = CommandOption(
        name: "--amount",
        value: "AMOUNT",
        summary: "The amount, to be paid or paid, such as 25000."
    )
    private static let at = CommandOption(
        name: "--at",
        value: "TIME",
        summary: "The time, now by default: 14:05, a Jakarta day or an RFC 3339 time."
    )
    private static let within = CommandOption(
        name: "--within-seconds",
        value: "N",
        summary: "Searches N seconds before and after it; 1800 by default."
    )
    private static let text = CommandOption(
        name: "--text",
        value: "TEXT",
        summary: "A reference, or a part of a body, such as an RRN or an issuer."
    )
    private static let limit = CommandOption(
        name: "--limit",
        value: "N",
        summary: "Shows at most N results, 1 to 100; 20 by default."
    )

    private let parameters: [(name: String, value: String?)]

    init(_ arguments: CommandArguments) throws(UsageError) {
        let seconds = try arguments.wholeNumber(Self.within, in: APILimits.findSecondsRange)
        let limit = try arguments.wholeNumber(Self.limit, in: APILimits.foundRange)
        parameters = [
            ("amount", try arguments.rupiah(Self.amount)),
            ("at", arguments.one(Self.at)),
            ("withinSeconds", seconds.map { "\($0)" }),
            ("text", arguments.one(Self.text)),
            ("limit", limit.map { "\($0)" }),
        ]
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let response = try await session.api.get(["v1", "find"], parameters)
        if session.isJSON { return session.showJSON(response.bytes) }
        let results = response.root["results"]?.elements ?? []
        let lines = results.map { Self.lines($0) }
        let summary = oneLine(response.root.text("summary") ?? "") + "\n"
        session.console.output(lines.isEmpty ? summary : lines.joined(separator: "\n"))
        if response.root["more"]?.bool == true {
            session.complain("not everything is shown: search a shorter period")
        }
    }

    /// The lines of one result: what it is, what became of it, what to do.
    private static func lines(_ result: JSONValue) -> String {
        let name = [result.text("kind"), result.text("id"), result.text("partnerReferenceNo")]
        let head = (name + [result.amount("amount")]).compactMap(\.self).joined(separator: " ")
        let rest = [result.text("sentence"), result.text("action")].compactMap(\.self)
        return ([head] + rest.map { "  " + oneLine($0) }).map { $0 + "\n" }.joined()
    }
}
