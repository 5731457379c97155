package import Commands

// Options of several commands.
extension CommandOption {
    package static let wait = CommandOption(
        name: "--wait",
        value: "SECONDS",
        summary: "Waits up to SECONDS for a new entry; 55 at most."
    )
    package static let limit = CommandOption(
        name: "--limit",
        value: "N",
        summary: "Shows at most N entries, 1 to 1000; 100 by default."
    )
    package static let olderThan = CommandOption(
        name: "--after",
        value: "N",
        summary: "Shows entries older than the one with the id N."
    )
    package static let to = CommandOption(
        name: "--to",
        value: "TIME",
        summary: "The end of the period, which is not included."
    )
    package static let dryRun = CommandOption(
        flag: "--dry-run",
        summary: "Shows the result, and writes nothing."
    )

    /// `--from`, the start of a period of something, such as `the period of receipt`.
    package static func from(_ period: String = "the period") -> CommandOption {
        CommandOption(
            name: "--from",
            value: "TIME",
            summary: "The start of \(period): a Jakarta day or an RFC 3339 time."
        )
    }
}

extension CommandArguments {
    /// The parameters of a page of a list whose entries have ids: `--after` and `--limit`.
    package func numberedPage() throws(UsageError) -> [(name: String, value: String?)] {
        let after = try wholeNumber(.olderThan, in: 0...Int64.max)
        let limit = try limit()
        return [("after", after.map { "\($0)" }), ("limit", limit.map { "\($0)" })]
    }

    /// The value of `--limit`.
    package func limit() throws(UsageError) -> Int64? { try wholeNumber(.limit, in: 1...1000) }
}

/// An option that filters a list by a parameter of its route. The API checks the value.
package struct ListFilter: Sendable {
    package let option: CommandOption
    private let parameter: String

    package init(_ name: String, value: String, as parameter: String, _ summary: String) {
        self.init(CommandOption(name: name, value: value, summary: summary), as: parameter)
    }

    private init(_ option: CommandOption, as parameter: String) {
        self.option = option
        self.parameter = parameter
    }

    /// `--from` and `--to`.
    package static func period(_ period: String = "the period") -> [ListFilter] {
        [ListFilter(.from(period), as: "from"), ListFilter(.to, as: "to")]
    }

    /// The parameters of a request; the value of an absent option is nil.
    package static func parameters(
        _ filters: [ListFilter],
        _ arguments: CommandArguments
    ) -> [(name: String, value: String?)] {
        filters.map { ($0.parameter, arguments.one($0.option)) }
    }
}
