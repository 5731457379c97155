import Crypto
package import JSON5
import System

/// A valid configuration, with the keys and tokens from the files that it names.
package struct LoadedConfiguration: Sendable {
    /// The path of the file, as the user wrote it.
    package let file: String
    package let configuration: Configuration
    package let keys: LoadedKeys
    /// Problems that do not prevent a start, for the operator.
    package let warnings: [ConfigurationProblem]
    /// Every key with its effective value, as JSON5 with comments; contains no secrets.
    package let effectiveText: String
    /// A file that a key names, with the SHA-256 of its contents; or a secret value of a key.
    struct FileDigest: Sendable {
        /// The path of the key, with the index of an array element.
        let path: String
        /// The path of the file; for a secret value, that of its key.
        let file: String
        let digest: Digest
    }

    /// Key files, token files and certificates, in the order of reading.
    let contents: [FileDigest]
    /// The overrides, which are the source of their keys.
    let overrides: [ConfigurationOverride]
    /// The values of ``effectiveText``, for comparison with another configuration.
    let effective: JSON5Value

    /// Reads the file, applies the overrides, and reads the files that they name.
    ///
    /// - Throws: all problems at once, not only the first.
    package static func load(
        file: String,
        overrides: [ConfigurationOverride] = [],
        context: ConfigurationContext
    ) throws(ConfigurationProblems) -> LoadedConfiguration {
        let text = try text(of: file)
        return try load(text: text, file: file, overrides: overrides, context: context)
    }

    /// Reads a configuration from its text.
    ///
    /// - Parameter file: the name in messages, and the base of relative paths; it is not read.
    package static func load(
        text: String,
        file: String,
        overrides: [ConfigurationOverride] = [],
        context: ConfigurationContext
    ) throws(ConfigurationProblems) -> LoadedConfiguration {
        let root = try root(of: text, file: file, overrides: overrides)
        let reader = ConfigurationReader(file: file, overrides: overrides, context: context)
        let (configuration, read) = ConfigurationSection.read(root, by: reader) {
            Configuration($0)
        }
        guard let configuration, reader.problems.isEmpty else {
            throw ConfigurationProblems(reader.problems)
        }
        var effective = read
        for (path, value) in reader.fitted {
            effective = effective.setting(value, at: path.split(separator: ".")[...])
        }
        return LoadedConfiguration(
            file: file,
            configuration: configuration,
            keys: reader.keys,
            warnings: reader.warnings,
            effectiveText: JSON5Printer(comments: reader.comments).text(effective),
            contents: reader.contents,
            overrides: overrides,
            effective: effective
        )
    }

    /// Parses a configuration file, and applies the overrides.
    package static func root(
        of file: String,
        overrides: [ConfigurationOverride]
    ) throws(ConfigurationProblems) -> JSON5Value {
        try root(of: try text(of: file), file: file, overrides: overrides)
    }

    /// Reads the text of a configuration file.
    private static func text(of file: String) throws(ConfigurationProblems) -> String {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileContents(
                reading: file,
                bytesMax: fileBytesMax,
                allowsPipe: true
            ).bytes
        } catch {
            throw problem(file, "cannot be read, \(error); expected a readable JSON5 file")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw problem(file, "is not UTF-8, expected JSON5 text")
        }
        return text
    }

    /// Parses the text of a configuration file, and applies the overrides.
    private static func root(
        of text: String,
        file: String,
        overrides: [ConfigurationOverride]
    ) throws(ConfigurationProblems) -> JSON5Value {
        var root: JSON5Value
        do throws(JSON5SyntaxError) {
            root = try JSON5Parser.parse(text)
        } catch {
            throw problem(file, at: "line \(error.line), column \(error.column)", error.text)
        }
        for override in overrides {
            let path = override.path.split(separator: ".", omittingEmptySubsequences: false)
            root = root.setting(override.value, at: path[...])
        }
        return root
    }

    /// The maximum size; a larger file is not a configuration.
    private static let fileBytesMax = 1_048_576

    private static func problem(
        _ file: String,
        at path: String = "",
        _ text: String
    ) -> ConfigurationProblems {
        ConfigurationProblems([ConfigurationProblem(source: file, path: path, text: text)])
    }
}

extension LoadedConfiguration {
    /// Where a key was set, for a problem with it: the file, or `--set`.
    package func source(of path: String) -> String {
        overrides.contains { $0.covers(path) } ? ConfigurationOverride.source : file
    }
}

/// The differences between two configurations, for the log line of a reload.
package struct ConfigurationChanges: Equatable, Sendable {
    /// The paths of the keys whose values differ, in the order of the file.
    package let changed: [String]

    /// The keys that name the same files as before, but whose files have different contents, in the
    /// order of reading.
    package let contents: [String]

    /// The members of ``changed`` that take effect only after a restart.
    package var needsRestart: [String] {
        changed.filter { Self.keysThatNeedRestart.contains($0) }
    }

    /// The keys of what is set up once, at the start: the sockets and the database.
    private static let keysThatNeedRestart = [
        "notify.listen", "internal.listen", "storage.database", "storage.singleCopy",
        "storage.rejectedFile", "storage.create",
    ]
}

extension LoadedConfiguration {
    /// The differences from `old`, including those in files that both configurations name.
    package func changes(since old: LoadedConfiguration) -> ConfigurationChanges {
        let before = Dictionary(uniqueKeysWithValues: old.effective.leaves(at: ""))
        // The effective value of the proxy has no password.
        let isProxyChanged = configuration.cashIn.proxy != old.configuration.cashIn.proxy
        let changed = effective.leaves(at: "").filter { path, value in
            before[path] != value || (path == "cashIn.proxyURL" && isProxyChanged)
        }
        let contents = contents.filter { file in
            let earlier = old.contents.first { $0.file == file.file }
            return earlier.map { $0.digest != file.digest } ?? false
        }
        return ConfigurationChanges(changed: changed.map(\.0), contents: contents.map(\.path))
    }
}

extension JSON5Value {
    /// Every value below this one that is not an object, with its key path.
    fileprivate func leaves(at path: String) -> [(String, JSON5Value)] {
        guard case .object(let members) = self else { return [(path, self)] }
        return members.flatMap { member in
            member.value.leaves(at: path.isEmpty ? member.name : "\(path).\(member.name)")
        }
    }
}
