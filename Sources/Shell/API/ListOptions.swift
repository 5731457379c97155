import Commands

// Options of several commands.
extension CommandOption {
    static let wait = CommandOption(
        name: "--wait",
        value: "SECONDS",
        summary: "Waits up to SECONDS for a new entry; 55 at most."
    )
    static let limit = CommandOption(
        name: "--limit",
        value: "N",
        summary: "Shows at most N entries, 1 to 1000; 100 by default."
    )
    static let olderThan = CommandOption(
        name: "--after",
        value: "N",
        summary: "Shows entries older than the one with the id N."
    )
}

extension CommandArguments {
    /// The parameters of a page of a list whose entries have ids: `--after` and `--limit`.
    func numberedPage() throws(UsageError) -> [(name: String, value: String?)] {
        let after = try wholeNumber(.olderThan, in: 0...Int64.max)
        let limit = try limit()
        return [("after", after.map { "\($0)" }), ("limit", limit.map { "\($0)" })]
    }

    /// The value of `--limit`.
    func limit() throws(UsageError) -> Int64? { try wholeNumber(.limit, in: 1...1000) }
}

/// An option that filters a list by a parameter of its route. The API checks the value.
struct ListFilter: Sendable {
    let option: CommandOption
    private let parameter: String

    init(_ name: String, value: String, as parameter: String, _ summary: String) {
        option = CommandOption(name: name, value: value, summary: summary)
        self.parameter = parameter
    }

    /// The parameters of a request; the value of an absent option is nil.
    static func parameters(
        _ filters: [ListFilter],
        _ arguments: CommandArguments
    ) -> [(name: String, value: String?)] {
        filters.map { ($0.parameter, arguments.one($0.option)) }
    }
}
