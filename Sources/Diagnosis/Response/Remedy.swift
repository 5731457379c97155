/// A recommended action, and the settings that carry it out if settings can.
///
/// Tests apply the settings and see the callback accepted.
package struct Remedy: Equatable, Sendable {
    /// One key of the configuration and its new value as JSON5.
    package struct Setting: Equatable, Sendable {
        package let key: String
        package let literal: String

        init(_ key: String, _ text: String) {
            self.key = key
            literal = "\"\(text)\""
        }

        init(_ key: String, _ texts: [String]) {
            self.key = key
            literal = "[" + texts.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        }
    }

    /// The action, as one or more sentences.
    package let text: String

    /// The settings that make the receiver accept the callback; empty if no setting can.
    package let settings: [Setting]

    /// An action that no setting can replace.
    init(_ text: String) {
        self.text = text
        settings = []
    }

    /// New values of settings, and a replay.
    ///
    /// - Parameters:
    ///   - condition: an introduction such as `If …, `; empty for none.
    ///   - alternative: a further sentence; empty for none.
    init(set settings: [Setting], condition: String = "", alternative: String = "") {
        self.settings = settings
        let values = settings.map { "\($0.key): \($0.literal)" }.joined(separator: " and ")
        let verb = condition.isEmpty ? "Set" : condition + "set"
        text =
            "\(verb) \(values), then replay the callback."
            + (alternative.isEmpty ? "" : " " + alternative)
    }
}
