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
