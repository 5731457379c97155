import Snap
import Text

/// One line about a configuration: something wrong, or worth a warning.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// The file as it was named by the user, or `--set`.
    package let source: String
    /// The key's path, for instance `internal.tokens[0].file`, or a place in the text.
    package let path: String
    /// What is wrong, what is expected. Never a secret.
    package let text: String

    package init(source: String, path: String, text: String) {
        self.source = source
        self.path = path
        self.text = text
    }

    /// `FILE: key.path: what is wrong, what is expected`, on one line whatever the file holds.
    package var description: String {
        let place = path.isEmpty ? source : "\(source): \(path)"
        return oneLine("\(place): \(text)")
    }
}

/// Everything that is wrong with a configuration; never empty.
package struct ConfigurationProblems: Error, Equatable, Sendable {
    package let problems: [ConfigurationProblem]

    package init(_ problems: [ConfigurationProblem]) {
        precondition(!problems.isEmpty, "a failure needs its reason")
        self.problems = problems
    }
}

extension ConfigurationProblem {
    /// `FILE: key.path: warning: what is wrong, what is expected`
    package var warningDescription: String {
        ConfigurationProblem(source: source, path: path, text: "warning: \(text)").description
    }
}
