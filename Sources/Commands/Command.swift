import Text

/// One command of a program: its help text, its arguments and its action.
///
/// To add a command, write a file with an extension that defines it, and add it to its program's
/// list.
package struct Command: Sendable {
    /// One word, or several separated by a blank, such as `attention resolve`.
    package let name: String
    /// One line, for the list of commands.
    package let summary: String
    package let options: [CommandOption]
    /// The name of the positional argument in the help; nil if the command takes none.
    let operand: String?
    /// The allowed number of positional arguments.
    let operandCount: ClosedRange<Int>
    /// Lines of the help between options and exit codes.
    let details: [String]
    /// Exit codes of the command besides 0 and 64, which every command can return.
    let exitCodes: [ExitCode]
    /// Meanings of exit codes that are more specific than ``ExitCode/meaning``.
    let meanings: [ExitCode: String]
    let example: String
    /// Whether the command handles SIGTERM, SIGINT and SIGHUP; signals that arrive earlier are held
    /// for it.
    let receivesSignals: Bool
    /// The action of the command, with the parsed arguments.
    package let run: @Sendable (CommandArguments, Console) async -> ExitCode

    package init(
        name: String,
        summary: String,
        options: [CommandOption] = [],
        operand: String? = nil,
        operandCount: ClosedRange<Int> = 1...1,
        details: [String] = [],
        exitCodes: [ExitCode] = [],
        meanings: [ExitCode: String] = [:],
        example: String,
        receivesSignals: Bool = false,
        run: @escaping @Sendable (CommandArguments, Console) async -> ExitCode
    ) {
        self.name = name
        self.summary = summary
        self.options = options
        self.operand = operand
        self.operandCount = operand == nil ? 0...0 : operandCount
        self.details = details
        self.exitCodes = exitCodes
        self.meanings = meanings
        self.example = example
        self.receivesSignals = receivesSignals
        self.run = run
    }
}

/// An option that takes a value, or a flag, which takes none.
package struct CommandOption: Sendable {
    /// The name, including the dashes.
    package let name: String
    /// The name of the value in the help; nil for a flag.
    let value: String?
    let summary: String
    let isRequired: Bool
    let isRepeatable: Bool

    package init(
        name: String,
        value: String,
        summary: String,
        isRequired: Bool = false,
        isRepeatable: Bool = false
    ) {
        self.name = name
        self.value = value
        self.summary = summary
        self.isRequired = isRequired
        self.isRepeatable = isRepeatable
    }

    /// Makes an option without a value.
    package init(flag name: String, summary: String) {
        self.name = name
        value = nil
        self.summary = summary
        isRequired = false
        isRepeatable = false
    }

    /// The option as shown in the help: `--config FILE`, or `--json` for a flag.
    package var usage: String { value.map { "\(name) \($0)" } ?? name }
}

/// The parsed arguments of one invocation, checked against the command's options.
package struct CommandArguments: Equatable, Sendable {
    /// The values by option name; empty for a flag that is given.
    fileprivate(set) var values: [String: [String]] = [:]
    /// The positional arguments, in order.
    package fileprivate(set) var operands: [String] = []

    /// The first operand.
    package var operand: String? { operands.first }

    /// All values of a repeatable option, in order.
    package func all(_ option: CommandOption) -> [String] { values[option.name] ?? [] }

    /// The value of an option given at most once.
    package func one(_ option: CommandOption) -> String? { values[option.name]?.first }

    /// Whether an option is given, whatever its value.
    package func has(_ option: CommandOption) -> Bool { values[option.name] != nil }
}

/// Why a command line cannot be run.
package struct UsageError: Error, Equatable {
    package let text: String

    package init(text: String) { self.text = text }
}

extension Command {
    /// Parses the arguments after the command's name; arguments after `--` are not options.
    package func parse(_ arguments: some Sequence<String>) throws(UsageError) -> CommandArguments {
        var parsed = CommandArguments()
        var rest = Array(arguments)[...]
        var areOptionsOver = false
        while let argument = rest.popFirst() {
            if argument == "--", !areOptionsOver {
                areOptionsOver = true
            } else if argument.hasPrefix("--"), !areOptionsOver {
                try parseOption(argument, from: &rest, into: &parsed)
            } else if let operand, parsed.operands.count < operandCount.upperBound,
                areOptionsOver || argument == "-" || !argument.hasPrefix("-")
            {
                guard !argument.isEmpty else { throw UsageError(text: "\(operand) is empty") }
                parsed.operands.append(argument)
            } else {
                throw UsageError(text: "unexpected argument \(quoted(argument))")
            }
        }
        for option in options where option.isRequired && parsed.values[option.name] == nil {
            throw UsageError(text: "\(option.usage) is missing")
        }
        if let operand, parsed.operands.count < operandCount.lowerBound {
            throw UsageError(text: "\(operand) is missing")
        }
        return parsed
    }

    private func parseOption(
        _ argument: String,
        from rest: inout ArraySlice<String>,
        into parsed: inout CommandArguments
    ) throws(UsageError) {
        let name = String(argument.prefix { $0 != "=" })
        guard let option = options.first(where: { $0.name == name }) else {
            let known = options.map(\.name) + ["--help"]
            let hint = nearestKey(to: name, among: known).map { ", the nearest is \($0)" } ?? ""
            throw UsageError(text: "unknown option \(quoted(name))\(hint)")
        }
        guard option.isRepeatable || parsed.values[name] == nil else {
            throw UsageError(text: "\(option.name) is given twice")
        }
        guard option.value != nil else {
            guard name == argument else { throw UsageError(text: "\(name) takes no value") }
            parsed.values[name] = []
            return
        }
        let attached = argument.dropFirst(name.count + 1)
        guard let value = name == argument ? rest.popFirst() : String(attached), !value.isEmpty
        else {
            throw UsageError(text: "\(option.usage): the value is missing")
        }
        parsed.values[name, default: []].append(value)
    }
}

extension Command {
    /// The text of `--help`.
    func help(program: String) -> String {
        var lines = [summary, "", "Usage: \(usage(program: program))"]
        let options = options.map { ($0.usage, $0.summary) } + [("--help", "Shows this text.")]
        lines += ["", "Options:"] + columns(options)
        if !details.isEmpty { lines += [""] + details }
        let codes = exitMeanings.map { (String($0.code.rawValue), $0.meaning) }
        lines += ["", "Exit codes:"] + columns(codes)
        lines += ["", "Example:", "  \(program) \(example)"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The exit codes in ascending order, with their meanings.
    var exitMeanings: [(code: ExitCode, meaning: String)] {
        let codes = ([.success] + exitCodes + [.usage]).sorted { $0.rawValue < $1.rawValue }
        return codes.map { ($0, meanings[$0] ?? $0.meaning) }
    }

    /// The usage line; many optional options are shortened to `[OPTION]...`.
    func usage(program: String) -> String {
        let parts = options.map { option in
            let part = option.isRequired ? option.usage : "[\(option.usage)]"
            return option.isRepeatable ? part + "..." : part
        }
        let isShort = parts.count <= Self.usageOptionsMax
        let shown =
            isShort ? parts : options.filter(\.isRequired).map(\.usage) + ["[OPTION]..."]
        return ([program, name] + shown + operandUsage).joined(separator: " ")
    }

    private var operandUsage: [String] {
        guard let operand else { return [] }
        let one = operandCount.lowerBound == 0 ? "[\(operand)]" : operand
        return [operandCount.upperBound > 1 ? one + "..." : one]
    }

    /// Maximum number of options in the usage line.
    private static let usageOptionsMax = 4
}

extension Program {
    /// The text of `--help` without a command.
    var overview: String {
        let commands = columns(commands.map { ($0.name, $0.summary) })
        let lines =
            [
                summary,
                "",
                "Usage: \(name) COMMAND [OPTION]...",
                "       \(name) COMMAND --help | --version | --manual [COMMAND] | --completion",
                "",
                "Commands:",
            ] + commands
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Lines of two columns, the second aligned.
private func columns(_ rows: [(String, String)]) -> [String] {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { left, right in
        "  " + left + String(repeating: " ", count: width - left.count) + "  " + right
    }
}
