import APIModel
package import Commands
package import Configuration
import JSON5
import Snap
import System
package import Text

/// A command that calls the internal API.
package protocol APICommand: Sendable {
    /// Reads the options and the operand of the command.
    init(_ arguments: CommandArguments) throws(UsageError)

    /// Calls the API and shows the response.
    func run(_ session: APISession) async throws(CommandProblem)

    /// Whether the response is a stream that is not JSON.
    static var streams: Bool { get }

    /// Whether the command has the option `--json`.
    static var showsJSON: Bool { get }

    /// The scopes that the token needs besides that of the command, because of its options.
    static func moreScopes(_ arguments: CommandArguments) -> [Configuration.Scope]
}

extension APICommand {
    package static var streams: Bool { false }
    package static var showsJSON: Bool { !streams }
    package static func moreScopes(_ arguments: CommandArguments) -> [Configuration.Scope] { [] }
}

extension CommandOption {
    package static let url = CommandOption(
        name: "--url",
        value: "URL",
        summary: "The API: https, http to this machine, unix:/path; else as configured."
    )
    package static let tokenFile = CommandOption(
        name: "--token-file",
        value: "FILE",
        summary: "The token to send; by default the first configured one with the scope."
    )
    package static let json = CommandOption(
        flag: "--json",
        summary: "Prints the response of the API: JSON, one document per line."
    )
}

extension Command {
    /// A command that calls the internal API.
    ///
    /// - Parameters:
    ///   - scope: the scope that the token needs; nil if the route needs no token.
    ///   - responseSeconds: the timeout of one response; by default longer than a long poll.
    ///   - meanings: what exit codes mean, where it differs from other commands.
    package init<Subject: APICommand>(
        running: Subject.Type,
        name: String,
        summary: String,
        options: [CommandOption],
        operand: String? = nil,
        operandCount: ClosedRange<Int> = 1...1,
        scope: Configuration.Scope?,
        responseSeconds: Int = 90,
        meanings: [ExitCode: String] = [:],
        example: String
    ) {
        self.init(
            name: name,
            summary: summary,
            options: options + (running.showsJSON ? [.json] : [])
                + [.config, .url] + (scope == nil ? [] : [.tokenFile]),
            operand: operand,
            operandCount: operandCount,
            exitCodes: [.badData, .unavailable, .internalError, .inputOutput, .configuration],
            meanings: [
                .badData: "the API refused the request: 4xx, except those below",
                .unavailable: "no response, not a response of the API, or 408, 429, 502, 503, 504",
                .internalError: "an error of the daemon or of the program itself",
                .configuration: "address or token not configured, or the token refused: 401, 403",
            ].merging(meanings) { $1 },
            example: example
        ) { arguments, console in
            // If the reader of standard output is gone, the write fails instead of ending the
            // process.
            Signals.ignoreWriteSignals()
            do throws(CommandProblem) {
                let command = try running.reading(arguments)
                let endpoint = try APIEndpoint(
                    arguments,
                    scope: scope,
                    moreScopes: running.moreScopes(arguments),
                    context: .current()
                )
                let client = try APIClient(
                    endpoint,
                    responseSeconds: responseSeconds,
                    streams: running.streams
                )
                let session = APISession(name: name, arguments, console, client)
                let result = await session.result(of: command)
                await client.close()
                try result.get()
                return .success
            } catch {
                for line in error.lines { console.complain(from: name, line) }
                return error.code
            }
        }
    }
}

extension APICommand {
    /// Reads a command line; what is wrong with it is a problem with exit code 64.
    package static func reading(
        _ arguments: CommandArguments
    ) throws(CommandProblem) -> Self {
        do throws(UsageError) {
            return try Self(arguments)
        } catch {
            throw CommandProblem(error)
        }
    }
}

/// One run of a command that calls the internal API.
package struct APISession: Sendable {
    package let api: APIClient
    package let console: Console
    private let name: String

    /// Whether responses are printed as JSON.
    package let isJSON: Bool

    init(name: String, _ arguments: CommandArguments, _ console: Console, _ api: APIClient) {
        self.name = name
        self.console = console
        self.api = api
        isJSON = arguments.has(.json)
    }

    /// Writes a line to standard error.
    package func complain(_ line: String) { console.complain(from: name, line) }

    fileprivate func result(of command: some APICommand) async -> Result<Void, CommandProblem> {
        do throws(CommandProblem) {
            return .success(try await command.run(self))
        } catch {
            return .failure(error)
        }
    }
}

extension Console {
    /// Writes a message of a command to standard error, always as one line.
    fileprivate func complain(from command: String, _ line: String) {
        complain(oneLine("\(programName) \(command): \(line)"))
    }
}

extension CommandArguments {
    /// The value of an option that is a whole number in `range`; nil if it is absent.
    package func wholeNumber(
        _ option: CommandOption,
        in range: ClosedRange<Int64>
    ) throws(UsageError) -> Int64? {
        guard let text = one(option) else { return nil }
        return try Self.wholeNumber(text, option.name, in: range)
    }

    /// The operands as ids of the API, such as those of callbacks.
    package func numbers(_ name: String) throws(UsageError) -> [Int64] {
        try operands.map { text throws(UsageError) in
            try Self.wholeNumber(text, name, in: 1...Int64.max)
        }
    }

    private static func wholeNumber(
        _ text: String,
        _ name: String,
        in range: ClosedRange<Int64>
    ) throws(UsageError) -> Int64 {
        guard let number = Int64(digits: text.utf8), range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "from \(range.lowerBound) on" : "from \(range.lowerBound) to \(range.upperBound)"
            throw UsageError(
                text: "\(name) \(JSON5Value.literal(text)): expected a whole number \(bounds)"
            )
        }
        return number
    }

    /// The value of an option that is an amount, as written.
    ///
    /// An ambiguous literal is refused here, before anything is sent; the daemon checks the rest.
    package func rupiah(_ option: CommandOption) throws(UsageError) -> String? {
        guard let text = one(option) else { return nil }
        if let problem = RupiahLiteralProblem(text) {
            throw UsageError(text: "\(option.name): \(problem)")
        }
        return text
    }
}

extension APISession {
    /// Prints JSON of the API as one line. On a terminal, control characters are escaped.
    package func showJSON(_ bytes: [UInt8]) {
        let line = minified(bytes.span) ?? bytes
        let text = String(decoding: line, as: UTF8.self)
        console.output((console.isTerminal ? printableJSON(text) : text) + "\n")
    }

    /// Prints one page of a list: as JSON, or as a table with the option for the next page.
    package func showPage(
        _ page: JSONDocument,
        list name: String,
        empty: String,
        continuation: String = "--after",
        columns: [Table.Column],
        row: (JSONValue) -> [String?]
    ) throws(CommandProblem) {
        let items = try items(page, name)
        if isJSON { return showJSON(page.bytes) }
        if items.isEmpty { return console.output(empty + "\n") }
        var table = Table(columns)
        console.output(table.text(items.map(row)))
        if page.root["more"]?.bool == true, let next = page.root.text("next") {
            complain("there are more; continue with \(continuation) \(next)")
        }
    }

    /// The entries of a page.
    package func items(_ page: JSONDocument, _ name: String) throws(CommandProblem) -> [JSONValue] {
        guard let list = page.root[name], list.kind == .array else {
            throw CommandProblem(
                .unavailable,
                "\(api.endpoint.origin) answered without \(name); "
                    + "expected the internal API of cashin-receiver"
            )
        }
        return list.elements
    }
}
