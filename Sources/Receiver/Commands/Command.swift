/// One command of the program: what `--help` says of it and what it does.
///
/// A new command is a file of its own with an extension that makes one, and its place in
/// ``all``.
struct Command: Sendable {
    let name: String
    /// One line, for the list of commands.
    let summary: String
    var options: [CommandOption] = []
    /// The name of the one argument that is no option, or nil when the command takes none.
    var operand: String?
    /// Beside 0 and 64, which every command can return.
    var exitCodes: [ExitCode] = []
    let example: String
    let run: @Sendable (CommandArguments, Console) async -> ExitCode

    /// Every command, in the order of the list.
    static let all: [Command] = [.initialize, .serve, .checkConfig, .keygen]
}

/// An option that takes a value.
struct CommandOption: Sendable {
    /// With its dashes.
    let name: String
    /// What the value is called in the help.
    let value: String
    let summary: String
    var isRequired = false
    var isRepeatable = false

    /// `--config FILE`
    var usage: String { "\(name) \(value)" }
}

/// The options and the operand of one call, checked against the command's table.
struct CommandArguments: Equatable {
    fileprivate(set) var values: [String: [String]] = [:]
    fileprivate(set) var operand: String?

    /// All values of a repeatable option, in order.
    func all(_ option: CommandOption) -> [String] { values[option.name] ?? [] }

    /// The value of an option given at most once.
    func one(_ option: CommandOption) -> String? { values[option.name]?.first }
}

/// Why a command line cannot be run.
struct UsageError: Error, Equatable {
    let text: String
}

extension Command {
    /// Reads the arguments that follow the command's name.
    func parse(_ arguments: some Sequence<String>) throws(UsageError) -> CommandArguments {
        var parsed = CommandArguments()
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            if argument.hasPrefix("--") {
                try take(argument, from: &rest, into: &parsed)
            } else if let operand, parsed.operand == nil, !argument.hasPrefix("-") {
                guard !argument.isEmpty else { throw UsageError(text: "\(operand) is empty") }
                parsed.operand = argument
            } else {
                throw UsageError(text: "unexpected argument \(JSON5Value.literal(argument))")
            }
        }
        for option in options where option.isRequired && parsed.values[option.name] == nil {
            throw UsageError(text: "\(option.usage) is missing")
        }
        if let operand, parsed.operand == nil { throw UsageError(text: "\(operand) is missing") }
        return parsed
    }

    private func take(
        _ argument: String,
        from rest: inout ArraySlice<String>,
        into parsed: inout CommandArguments
    ) throws(UsageError) {
        let name = String(argument.prefix { $0 != "=" })
        guard let option = options.first(where: { $0.name == name }) else {
            let known = options.map(\.name) + ["--help"]
            let hint = nearestKey(to: name, among: known).map { ", the nearest is \($0)" } ?? ""
            throw UsageError(text: "unknown option \(JSON5Value.literal(name))\(hint)")
        }
        let attached = argument.dropFirst(name.count + 1)
        guard let value = name == argument ? rest.popFirst() : String(attached), !value.isEmpty
        else {
            throw UsageError(text: "\(option.usage): the value is missing")
        }
        guard option.isRepeatable || parsed.values[name] == nil else {
            throw UsageError(text: "\(option.name) is given twice")
        }
        parsed.values[name, default: []].append(value)
    }
}
