package import Commands
import Configuration
import ReceiverClient
import Snap
import Text

extension Command {
    package static let resolve = Command(
        running: ResolveCommand.self,
        name: "attention resolve",
        summary: "Resolves an item that needs manual review, or all of a kind.",
        options: ResolveCommand.options,
        operand: "ID",
        operandCount: 0...1,
        scope: .operate,
        example: "attention resolve 7 --accept 00 --note 'on the bank statement'"
    )
}

/// `POST /admin/attention/{id}/resolve`, and with `--all` `POST /admin/attention/resolve`
struct ResolveCommand: APICommand {
    static let options =
        [.note, accept, .acceptedAmount, callback, .dryRun, all, kind, before]
    private static let accept = CommandOption(
        name: "--accept",
        value: "CODE",
        summary: "Sets the status: 00 success, 04 refunded, 05 cancelled or 06 failed."
    )
    private static let callback = CommandOption(
        name: "--callback",
        value: "N",
        summary: "Accepts the fact of this callback, if the entry has several facts."
    )
    private static let all = CommandOption(
        flag: "--all",
        summary: "Resolves every open entry of --kind that was opened before --before."
    )
    private static let kind = CommandOption(
        name: "--kind",
        value: "KIND",
        summary: "With --all: the kind, such as unresolved-payment."
    )
    private static let before = CommandOption(
        name: "--before",
        value: "TIME",
        summary: "With --all: a Jakarta day or an RFC 3339 time."
    )

    private let path: [String]
    private let body: JSONObjectText
    private let isAccepting: Bool

    init(_ arguments: CommandArguments) throws(UsageError) {
        isAccepting = arguments.has(Self.accept)
        if arguments.has(Self.all) {
            path = ["admin", "attention", "resolve"]
            body = try Self.selection(arguments)
        } else {
            for option in [Self.kind, Self.before] where arguments.has(option) {
                throw UsageError(text: "\(option.name): expected with --all only")
            }
            guard let id = try arguments.numbers("ID").first else {
                throw UsageError(text: "ID is missing; --all resolves all entries of a kind")
            }
            path = ["admin", "attention", "\(id)", "resolve"]
            body = try Self.decision(arguments)
        }
    }

    private static func selection(
        _ arguments: CommandArguments
    ) throws(UsageError) -> JSONObjectText {
        guard arguments.operands.isEmpty else {
            throw UsageError(text: "--all: expected without ID")
        }
        for option in [accept, .acceptedAmount, callback, .dryRun] where arguments.has(option) {
            throw UsageError(text: "\(option.name): expected without --all, which accepts nothing")
        }
        var body = JSONObjectText()
        for (option, member) in [(kind, "kind"), (before, "before"), (.note, "note")] {
            guard let value = arguments.one(option) else {
                throw UsageError(text: "\(option.usage) is missing; --all requires it")
            }
            body.add(member, value)
        }
        return body
    }

    private static func decision(
        _ arguments: CommandArguments
    ) throws(UsageError) -> JSONObjectText {
        var body = JSONObjectText()
        body.add("note", arguments.one(.note) ?? "")
        if let code = arguments.one(accept) { body.add("accept", code) }
        if let amount = try arguments.rupiah(.acceptedAmount) { body.add("amount", amount) }
        if let id = try arguments.wholeNumber(callback, in: 1...Int64.max) {
            body.add("callbackId", literal: "\(id)")
        }
        if arguments.has(.dryRun) { body.add("dryRun", literal: "true") }
        return body
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let response = try await session.api.post(path, body)
        if session.isJSON { return session.showJSON(response.bytes) }
        if let count = response.root.text("resolved") {
            return session.console.output("Resolved: \(count)\n")
        }
        session.console.output(text(response.root))
    }

    private func text(_ response: JSONValue) -> String {
        var text = response["dryRun"]?.bool == true ? DecisionText.dryRun : ""
        if let entry = response["attention"] {
            let about = ["kind", "partnerReferenceNo"].compactMap { entry.text($0) }
            let resolution = ["resolvedAt", "resolvedBy", "note"].compactMap { entry.text($0) }
            let name = "Entry \(entry.text("id") ?? "-") (\(about.joined(separator: ", ")))"
            let state = resolution.isEmpty ? "open" : "resolved "
            text += oneLine("\(name): \(state)\(resolution.joined(separator: ", "))") + "\n"
        }
        return isAccepting ? text + "\n" + DecisionText.transition(response) : text
    }
}
