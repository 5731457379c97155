import JSON5

/// Resolves the paths in a configuration.
struct ConfigurationPaths {
    private let directory: String
    private let environment: [String: String]

    /// - Parameter file: the path of the configuration file; relative paths are relative to its
    ///   directory.
    init(file: String, environment: [String: String]) {
        directory = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        self.environment = environment
    }

    /// Replaces each `${NAME}` in `path`, and resolves it against the directory of the file.
    func resolve(_ path: String) throws(Malformed) -> String {
        let expanded = try expand(path)
        guard !expanded.isEmpty else { throw Malformed("is empty, expected a path") }
        guard !expanded.utf8.contains(0) else { throw Malformed("holds a NUL, expected a path") }
        return expanded.hasPrefix("/") ? expanded : directory + expanded
    }

    /// Replaces each `${NAME}` in `text` by the environment variable; an empty one counts as unset.
    func expand(_ text: String) throws(Malformed) -> String {
        var expanded = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${") {
            expanded += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw Malformed("has a \"${\" without a closing \"}\", expected ${NAME}")
            }
            let name = String(rest[start.upperBound..<end])
            guard let value = environment[name], !value.isEmpty else {
                throw Malformed(
                    "uses the environment variable \(name), which is not set; "
                        + "expected a value for it"
                )
            }
            expanded += value
            rest = rest[rest.index(after: end)...]
        }
        return expanded + rest
    }
}

/// One option `--set KEY=VALUE`.
package struct ConfigurationOverride: Equatable, Sendable {
    /// Replaces the name of the file in problems with an overridden key.
    package static let source = "--set"

    /// The path of the key, such as `notify.listen`.
    package let path: String
    /// The text after the first `=`.
    package let text: String

    /// Splits `KEY=VALUE`; nil if the key or the `=` is missing.
    package init?(_ argument: String) {
        guard let separator = argument.firstIndex(of: "="), separator != argument.startIndex else {
            return nil
        }
        path = String(argument[..<separator])
        text = String(argument[argument.index(after: separator)...])
    }

    /// Whether it sets the key at `path`, or one above it.
    func covers(_ path: String) -> Bool {
        path == self.path || path.hasPrefix(self.path + ".") || path.hasPrefix(self.path + "[")
    }

    /// The value of the text as JSON5; if it is not JSON5, the text itself as a string.
    var value: JSON5Value {
        do {
            return try JSON5Parser.parse(text)
        } catch {
            return .string(text)
        }
    }
}

extension JSON5Value {
    /// This value with `value` at `path`; missing objects on the path are created.
    ///
    /// A value on the path that is not an object is left unchanged; reading the section reports it.
    func setting(_ value: JSON5Value, at path: ArraySlice<Substring>) -> JSON5Value {
        guard let name = path.first.map(String.init) else { return value }
        guard case .object(var members) = self else { return self }
        if let index = members.firstIndex(where: { $0.name == name }) {
            members[index].value = members[index].value.setting(value, at: path.dropFirst())
        } else {
            let inner = path.count == 1 ? value : JSON5Value.object([])
            members.append(JSON5Member(name, inner.setting(value, at: path.dropFirst())))
        }
        return .object(members)
    }
}
