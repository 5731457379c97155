import Crypto

/// What a configuration is read against besides its own text.
package struct ConfigurationContext: Sendable {
    /// The environment variables that `${NAME}` in a path may name.
    package var environment: [String: String]
    /// The hard limit of open descriptors (`RLIMIT_NOFILE`); connection caps must fit below it.
    package var descriptorsMax: Int
    /// Whether keys and tokens are read, too; without, the files need not be there.
    package var readsFiles = true

    package init(environment: [String: String] = [:], descriptorsMax: Int = .max) {
        self.environment = environment
        self.descriptorsMax = descriptorsMax
    }
}

/// Why a single text was refused: what it is, what is expected.
package struct Malformed: Error {
    package let text: String

    package init(_ text: String) { self.text = text }
}

/// Gathers what comes up while one configuration is read: problems, warnings, comments.
///
/// No problem stops the reading, so the operator sees all of them at once.
package final class ConfigurationReader {
    private let file: String
    private let overrides: [ConfigurationOverride]
    let paths: ConfigurationPaths
    let context: ConfigurationContext
    package private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []
    /// What stands beside a value when the effective configuration is printed, by key path.
    private(set) var comments: [String: String] = [:]
    /// What the files named so far hold.
    var keys = LoadedKeys()
    /// The digest of each file read so far, and the key that names it.
    private(set) var contents: [LoadedConfiguration.FileDigest] = []
    /// Values in effect instead of defaults, by key path.
    private(set) var fitted: [(path: String, value: JSON5Value)] = []
    private var givenPaths: Set<String> = []
    /// The path of every key that was asked for.
    private(set) var knownPaths: [String] = []

    package init(file: String, overrides: [ConfigurationOverride], context: ConfigurationContext) {
        self.file = file
        self.overrides = overrides
        self.context = context
        paths = ConfigurationPaths(file: file, environment: context.environment)
    }

    func report(_ path: String, _ text: String) {
        let problem = ConfigurationProblem(source: source(of: path), path: path, text: text)
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// Whether the value of a key could not be read, so that its default stands for it.
    func isUnreadable(_ path: String) -> Bool { problems.contains { $0.path == path } }

    func warn(_ path: String, _ text: String) {
        warnings.append(ConfigurationProblem(source: source(of: path), path: path, text: text))
    }

    func comment(_ path: String, _ text: String) { comments[path] = text }

    func know(_ path: String) { knownPaths.append(path) }

    /// Notes that a key has a value of its own.
    func give(_ path: String) { givenPaths.insert(path) }

    /// Whether a key has a value of its own.
    func isGiven(_ path: String) -> Bool { givenPaths.contains(path) }

    /// Puts a number in effect where none was given.
    func fit(_ path: String, to number: Int) {
        fitted.append((path, .number(String(number))))
    }

    /// Notes what a file holds, to tell later whether that has changed.
    func note(_ bytes: [UInt8], of file: String, _ path: String) {
        // Without a digest, which OpenSSL never fails to make, no change is seen.
        guard let digest = try? sha256(bytes.span) else { return }
        contents.append(.init(path: path, file: file, digest: digest))
    }

    /// The text after `KEY=` when `path` was set on the command line.
    func overridingText(_ path: String) -> String? {
        overrides.last { $0.path == path }?.text
    }

    private func source(of path: String) -> String {
        let isOverridden = overrides.contains { override in
            path == override.path || path.hasPrefix(override.path + ".")
                || path.hasPrefix(override.path + "[")
        }
        return isOverridden ? ConfigurationOverride.source : file
    }
}
