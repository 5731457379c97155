import JSON5

/// The secrets that a configuration names, whether or not the files exist.
///
/// Unlike ``LoadedConfiguration`` it can be read from a configuration that is not complete.
package struct NamedFiles: Equatable, Sendable {
    /// The path of `cashIn.privateKeyFile`; nil in a receive-only configuration.
    package let privateKeyFile: String?

    /// The paths of the files of `internal.tokens`, in their order.
    package let tokenFiles: [String]

    /// Reads a configuration; values that are no paths are left out, because `check-config` reports
    /// them.
    ///
    /// - Throws: if the file cannot be read, is not JSON5, or a path cannot be resolved.
    package init(
        in file: String,
        context: ConfigurationContext
    ) throws(ConfigurationProblems) {
        let root = try LoadedConfiguration.root(of: file, overrides: [])
        let paths = ConfigurationPaths(file: file, environment: context.environment)
        func resolve(_ text: String, _ key: String) throws(ConfigurationProblems) -> String {
            do throws(Malformed) {
                return try paths.resolve(text)
            } catch {
                throw ConfigurationProblems([
                    ConfigurationProblem(source: file, path: key, text: error.text)
                ])
            }
        }
        let key = root["cashIn"]?["privateKeyFile"]?.text
        privateKeyFile = try key.map { text throws(ConfigurationProblems) in
            try resolve(text, "cashIn.privateKeyFile")
        }
        var tokenFiles: [String] = []
        for (index, element) in (root["internal"]?["tokens"]?.elements ?? []).enumerated() {
            guard let text = element["file"]?.text else { continue }
            tokenFiles.append(try resolve(text, "internal.tokens[\(index)].file"))
        }
        self.tokenFiles = tokenFiles
    }
}

extension JSON5Value {
    /// The value of the member `name` of an object.
    subscript(name: String) -> JSON5Value? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text of a string that is not empty; nil otherwise.
    fileprivate var text: String? {
        guard case .string(let text) = self, !text.isEmpty else { return nil }
        return text
    }

    /// The elements of an array; nil if it is none.
    fileprivate var elements: [JSON5Value]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }
}
