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
    /// The value of `--limit`.
    func limit() throws(UsageError) -> Int64? { try wholeNumber(.limit, in: 1...1000) }
}
