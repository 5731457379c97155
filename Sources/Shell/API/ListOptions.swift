import Commands

// Options that several commands have.
extension CommandOption {
    static let wait = CommandOption(
        name: "--wait",
        value: "SECONDS",
        summary: "Waits so long for something new, 55 at most."
    )
    static let limit = CommandOption(
        name: "--limit",
        value: "N",
        summary: "Shows so many at most, 1 to 1000; 100 by default."
    )
    static let olderThan = CommandOption(
        name: "--after",
        value: "N",
        summary: "Goes on behind the entry with this number, to older ones."
    )
}

extension CommandArguments {
    /// The parameters of a page of a list whose entries are numbered: `--after` and `--limit`.
    func numberedPage() throws(UsageError) -> [(name: String, value: String?)] {
        let after = try wholeNumber(.olderThan, in: 0...Int64.max)
        let limit = try limit()
        return [("after", after.map { "\($0)" }), ("limit", limit.map { "\($0)" })]
    }

    /// The value of `--limit`.
    func limit() throws(UsageError) -> Int64? { try wholeNumber(.limit, in: 1...1000) }
}

/// An option that narrows a list down by a parameter of its route; the API says what a value may
/// be.
struct ListFilter: Sendable {
    let option: CommandOption
    private let parameter: String

    init(_ name: String, value: String, as parameter: String, _ summary: String) {
        option = CommandOption(name: name, value: value, summary: summary)
        self.parameter = parameter
    }

    /// The parameters of a request, those that are not given without a value.
    static func parameters(
        _ filters: [ListFilter],
        _ arguments: CommandArguments
    ) -> [(name: String, value: String?)] {
        filters.map { ($0.parameter, arguments.one($0.option)) }
    }
}
