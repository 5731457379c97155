extension Command {
    /// The text of `--help`.
    func help(program: String) -> String {
        var lines = [summary, "", "Usage: \(usage(program: program))"]
        let options = options.map { ($0.usage, $0.summary) } + [("--help", "Shows this text.")]
        lines += ["", "Options:"] + columns(options)
        let codes = ([.success] + exitCodes + [.usage]).sorted { $0.rawValue < $1.rawValue }
        lines +=
            ["", "Exit codes:"]
            + columns(
                codes.map { (String($0.rawValue), meanings[$0] ?? $0.meaning) }
            )
        lines += ["", "Example:", "  \(program) \(example)"]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The usage line; many optional options are shortened to `[OPTION]...`.
    private func usage(program: String) -> String {
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
                "       \(name) COMMAND --help | --version",
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
