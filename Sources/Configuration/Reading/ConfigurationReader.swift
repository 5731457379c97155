import Crypto
import JSON5
import Snap
import Text

/// The environment in which a configuration is read.
package struct ConfigurationContext: Sendable {
    /// The environment variables for `${NAME}` in paths.
    package var environment: [String: String]
    /// The hard limit of open descriptors (`RLIMIT_NOFILE`); the connection limits must fit into
    /// it.
    package var descriptorsMax: Int
    /// Whether the named key, token and certificate files are read; if not, they need not exist.
    package var readsFiles = true
    /// Whether the system trusts any certificate authority, for `cashIn.caFile`; called only where
    /// that matters, because it reads files.
    package var hasTrustedCertificates: @Sendable () -> Bool = { true }

    package init(environment: [String: String] = [:], descriptorsMax: Int = .max) {
        self.environment = environment
        self.descriptorsMax = descriptorsMax
    }
}

/// The reason why a single value is invalid: what it is and what is expected.
package struct Malformed: Error {
    package let text: String

    package init(_ text: String) { self.text = text }
}

/// Collects the problems, warnings and comments while one configuration is read.
///
/// A problem does not stop the reading, so that the operator sees all of them at once. An instance
/// reads one configuration, on one thread.
package final class ConfigurationReader {
    private let file: String
    private let overrides: [ConfigurationOverride]
    let paths: ConfigurationPaths
    let context: ConfigurationContext
    package private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []
    /// The comments of the printed configuration, by the key path of their value.
    private(set) var comments: [String: String] = [:]
    /// The keys and tokens read so far.
    var keys = LoadedKeys()
    /// The digest of each file read so far, with the key that names it.
    private(set) var contents: [LoadedConfiguration.FileDigest] = []
    /// Values that replace a default which does not fit into a limit, by key path.
    private(set) var fitted: [(path: String, value: JSON5Value)] = []
    private var givenPaths: Set<String> = []
    /// The path of every key that was read.
    private(set) var knownPaths: [String] = []

    package init(file: String, overrides: [ConfigurationOverride], context: ConfigurationContext) {
        self.file = file
        self.overrides = overrides
        self.context = context
        paths = ConfigurationPaths(file: file, environment: context.environment)
    }

    /// Adds a problem, unless the same one was reported before.
    func report(_ path: String, _ text: String) {
        let problem = ConfigurationProblem(source: source(of: path), path: path, text: text)
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// Whether a problem was reported for a key, so that its default is used instead.
    func isUnreadable(_ path: String) -> Bool { problems.contains { $0.path == path } }

    func warn(_ path: String, _ text: String) {
        warnings.append(ConfigurationProblem(source: source(of: path), path: path, text: text))
    }

    func comment(_ path: String, _ text: String) { comments[path] = text }

    func know(_ path: String) { knownPaths.append(path) }

    /// Records that a key is set in the file or by `--set`.
    func give(_ path: String) { givenPaths.insert(path) }

    /// Whether a key is set in the file or by `--set`.
    func isGiven(_ path: String) -> Bool { givenPaths.contains(path) }

    /// Replaces the default of a key that is not set.
    func fit(_ path: String, to number: Int) {
        fitted.append((path, .number(String(number))))
    }

    /// Records the digest of a file, so that a reload can report changed contents.
    func recordDigest(_ bytes: [UInt8], of file: String, _ path: String) {
        // OpenSSL fails here only when out of memory; then a change of this file is not reported.
        guard let digest = try? sha256(bytes.span) else { return }
        contents.append(.init(path: path, file: file, digest: digest))
    }

    /// Records the digest of a secret value of a key, so that a reload can report that it changed:
    /// the printed values of such a key do not differ.
    func recordSecret(_ text: String, _ path: String) {
        recordDigest(Array(text.utf8), of: path, path)
    }

    /// The text after `KEY=` if `path` was set on the command line.
    func overridingText(_ path: String) -> String? {
        overrides.last { $0.path == path }?.text
    }

    /// `--set` for an overridden key and the keys below it, else the file.
    private func source(of path: String) -> String {
        overrides.contains { $0.covers(path) } ? ConfigurationOverride.source : file
    }
}

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
