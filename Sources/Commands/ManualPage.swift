extension Program {
    /// The manual page of the program: its commands, with a page each, and the exit codes.
    ///
    /// In the macros of man(7). The texts are those of `--help`.
    var manualPage: String {
        var page = ManualPage(title: name, summary: summary)
        page.section("SYNOPSIS")
        page.synopsis("\(name) COMMAND [OPTION]...")
        page.synopsis("\(name) COMMAND --help")
        page.synopsis("\(name) --help | --version | --manual [COMMAND] | --completion")
        page.section("COMMANDS")
        for command in commands { page.item(command.name, command.summary) }
        page.section("OPTIONS")
        for option in Self.options { page.item(option.usage, option.summary) }
        page.section("EXIT STATUS")
        for code in ExitCode.allCases { page.item("\(code.rawValue)", code.meaning) }
        page.seeAlso(commands.map { $0.manualTitle(program: name) })
        return page.text
    }

    /// The options of the program itself, which take the place of a command.
    static let options = [
        CommandOption(flag: "--help", summary: "Shows the commands; after a command, explains it."),
        CommandOption(flag: "--version", summary: "Shows the version and, if known, the commit."),
        CommandOption(
            name: "--manual",
            value: "[COMMAND]",
            summary: "Prints the manual page of the program or of a command, for man(1)."
        ),
        CommandOption(flag: "--completion", summary: "Prints the completion script for bash."),
    ]
}

extension Command {
    /// The manual page of the command.
    func manualPage(program: Program) -> String {
        var page = ManualPage(title: manualTitle(program: program.name), summary: summary)
        page.section("SYNOPSIS")
        page.synopsis(usage(program: program.name))
        page.section("OPTIONS")
        for option in options { page.item(option.usage, option.summary) }
        page.item("--help", "Shows the usage.")
        page.section("EXIT STATUS")
        for (code, meaning) in exitMeanings { page.item("\(code.rawValue)", meaning) }
        page.section("EXAMPLES")
        page.example("\(program.name) \(example)")
        page.seeAlso([program.name])
        return page.text
    }

    /// The name of the page: `PROGRAM-attention-resolve` for `attention resolve`.
    func manualTitle(program: String) -> String { ([program] + words).joined(separator: "-") }
}

/// A page in the macros of man(7), section 1.
private struct ManualPage {
    private(set) var text: String

    init(title: String, summary: String) {
        // Without a date, so that the page depends on the program alone.
        text = ".TH \(Self.escape(title.uppercased())) 1 \"\" \"\(Version.text)\"\n"
        section("NAME")
        text += "\(Self.escape(title)) \\- \(Self.escape(summary.dropLast(while: { $0 == "." })))\n"
    }

    mutating func section(_ name: String) { text += ".SH \(name)\n" }

    mutating func synopsis(_ usage: String) { text += "\(Self.escape(usage))\n.br\n" }

    mutating func item(_ name: String, _ meaning: String) {
        text += ".TP\n.B \(Self.escape(name))\n\(Self.line(meaning))\n"
    }

    mutating func example(_ command: String) { text += ".nf\n\(Self.line(command))\n.fi\n" }

    mutating func seeAlso(_ titles: [String]) {
        section("SEE ALSO")
        let pages = titles.map { ".BR \(Self.escape($0)) (1)" }
        text += pages.joined(separator: ",\n") + "\n"
    }

    /// A line of text: a control character in the first column would begin a request.
    private static func line(_ text: String) -> String {
        let escaped = escape(text)
        return escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" + escaped : escaped
    }

    /// Escapes the escape character, quotes of arguments, and hyphens, which are not to be broken
    /// or replaced: groff_char(7).
    private static func escape(_ text: some StringProtocol) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "-": escaped += "\\-"
            case "\"": escaped += "\\(dq"
            case "'": escaped += "\\(aq"
            case "`": escaped += "\\(ga"
            case "^": escaped += "\\(ha"
            case "~": escaped += "\\(ti"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}

extension String {
    /// The text without its last characters that meet a condition.
    fileprivate func dropLast(while isDropped: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, isDropped(last) { rest.removeLast() }
        return rest
    }
}
