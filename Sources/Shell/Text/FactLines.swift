import Text

/// What is known of one thing, as text for people: one line for each fact, with its title.
enum FactLines {
    /// The lines; facts without a value are left out.
    static func text(_ facts: [(title: String, value: String?)]) -> String {
        let known = facts.compactMap { title, value in value.map { (title, oneLine($0)) } }
        let width = known.map(\.0.count).max() ?? 0
        return known.map { title, value in
            title + String(repeating: " ", count: width - title.count) + "  " + value + "\n"
        }.joined()
    }
}
