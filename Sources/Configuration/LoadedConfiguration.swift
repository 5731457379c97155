import Crypto
import System

/// A configuration that checked out, with the keys and tokens that it names.
package struct LoadedConfiguration: Sendable {
    /// Where it came from, as the user named it.
    package let file: String
    package let configuration: Configuration
    package let keys: LoadedKeys
    /// What the operator should know though it works.
    package let warnings: [ConfigurationProblem]
    /// Every key and value in effect, as JSON5 with comments; without secrets.
    package let effectiveText: String
    /// A file that a key names, and the SHA-256 of what it holds.
    struct FileDigest: Sendable {
        /// The key's path, with an index in an array.
        let path: String
        let file: String
        let digest: Digest
    }

    /// Key files, token files and certificates, in the order of reading.
    let contents: [FileDigest]
    /// The same values, to compare with another configuration's.
    let effective: JSON5Value

    /// Reads the file, the overrides and all that they name; the error holds every problem.
    package static func load(
        file: String,
        overrides: [ConfigurationOverride] = [],
        context: ConfigurationContext
    ) throws(ConfigurationProblems) -> LoadedConfiguration {
        let text = try text(of: file)
        return try load(text: text, file: file, overrides: overrides, context: context)
    }

    /// The same for a text; `file` only names it and gives relative paths their place.
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
            effective: effective
        )
    }

    /// The outermost value of a configuration file, with overrides applied.
    package static func root(
        of file: String,
        overrides: [ConfigurationOverride]
    ) throws(ConfigurationProblems) -> JSON5Value {
        try root(of: try text(of: file), file: file, overrides: overrides)
    }

    /// The text of a configuration file.
    private static func text(of file: String) throws(ConfigurationProblems) -> String {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileContents(reading: file, bytesMax: fileBytesMax).bytes
        } catch {
            throw problem(file, "cannot be read, \(error); expected a readable JSON5 file")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw problem(file, "is not UTF-8, expected a JSON5 text")
        }
        return text
    }

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

    /// A configuration is a page or two; what is larger is something else.
    private static let fileBytesMax = 1_048_576

    private static func problem(
        _ file: String,
        at path: String = "",
        _ text: String
    ) -> ConfigurationProblems {
        ConfigurationProblems([ConfigurationProblem(source: file, path: path, text: text)])
    }
}
