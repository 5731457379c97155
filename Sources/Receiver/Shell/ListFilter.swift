import Commands

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
