import Snap
import Text

/// A problem or a warning about one key of a configuration.
package struct ConfigurationProblem: Hashable, Sendable, CustomStringConvertible {
    /// The path of the file as the user wrote it, or `--set`.
    package let source: String
    /// The path of the key, such as `internal.tokens[0].file`, or a line and column of the file.
    package let path: String
    /// What is wrong and what is expected; contains no secret.
    package let text: String

    package init(source: String, path: String, text: String) {
        self.source = source
        self.path = path
        self.text = text
    }

    /// `FILE: key.path: what is wrong, what is expected`; always one line.
    package var description: String {
        let place = path.isEmpty ? source : "\(source): \(path)"
        return oneLine("\(place): \(text)")
    }
}

/// All problems of a configuration; never empty.
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
