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
