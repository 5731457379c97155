/// Resolves the file names in a configuration.
struct ConfigurationPaths {
    private let directory: String
    private let environment: [String: String]

    /// - Parameter file: the configuration's own path; relative names are relative to its place.
    init(file: String, environment: [String: String]) {
        directory = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        self.environment = environment
    }

    /// `path` with its `${NAME}`s replaced, relative to the configuration file.
    func resolve(_ path: String) throws(Malformed) -> String {
        let expanded = try expand(path)
        guard !expanded.isEmpty else { throw Malformed("is empty, expected a path") }
        guard !expanded.utf8.contains(0) else { throw Malformed("holds a NUL, expected a path") }
        return expanded.hasPrefix("/") ? expanded : directory + expanded
    }

    /// `text` with its `${NAME}`s replaced.
    func expand(_ text: String) throws(Malformed) -> String {
        var expanded = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "${") {
            expanded += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw Malformed("has a \"${\" without its \"}\", expected ${NAME}")
            }
            let name = String(rest[start.upperBound..<end])
            guard let value = environment[name], !value.isEmpty else {
                throw Malformed(
                    "needs the environment variable \(name), which is not set; expected one that is"
                )
            }
            expanded += value
            rest = rest[rest.index(after: end)...]
        }
        return expanded + rest
    }
}

/// One `--set KEY=VALUE`.
package struct ConfigurationOverride: Equatable, Sendable {
    /// Stands for the file's name in problems that an override causes.
    package static let source = "--set"

    /// The key's path, for instance `notify.listen`.
    package let path: String
    /// What followed the `=`.
    package let text: String

    /// Splits `KEY=VALUE`; nil without a key or a `=`.
    package init?(_ argument: String) {
        guard let separator = argument.firstIndex(of: "="), separator != argument.startIndex else {
            return nil
        }
        path = String(argument[..<separator])
        text = String(argument[argument.index(after: separator)...])
    }

    /// The text read as JSON5, or as a plain string where it is none.
    var value: JSON5Value {
        do {
            return try JSON5Parser.parse(text)
        } catch {
            return .string(text)
        }
    }
}

extension JSON5Value {
    /// Puts `value` at `path`, making the objects on the way there.
    ///
    /// A value on the way that is no object stays, for the reading to complain about.
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
