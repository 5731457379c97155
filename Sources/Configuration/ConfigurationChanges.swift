/// What differs between two configurations.
package struct ConfigurationChanges: Equatable, Sendable {
    /// The paths of all keys whose values differ, in the order of the file.
    package let changed: [String]

    /// The keys that name the same files as before, whose contents differ, in the order of reading.
    package let contents: [String]

    /// Those of ``changed`` that take effect only when the program is started again.
    package var needsRestart: [String] {
        changed.filter { Self.keysThatNeedRestart.contains($0) }
    }

    /// Sockets are bound and the database is opened once.
    private static let keysThatNeedRestart = [
        "notify.listen", "internal.listen", "storage.database", "storage.create",
    ]
}

extension LoadedConfiguration {
    /// What is different here from `old`, and in the files that both name.
    package func changes(since old: LoadedConfiguration) -> ConfigurationChanges {
        let before = Dictionary(uniqueKeysWithValues: old.effective.leaves(at: ""))
        let changed = effective.leaves(at: "").filter { before[$0.0] != $0.1 }
        let contents = contents.filter { file in
            let earlier = old.contents.first { $0.file == file.file }
            return earlier.map { $0.digest != file.digest } ?? false
        }
        return ConfigurationChanges(changed: changed.map(\.0), contents: contents.map(\.path))
    }
}

extension JSON5Value {
    /// Everything below that is no object, with its key path.
    fileprivate func leaves(at path: String) -> [(String, JSON5Value)] {
        guard case .object(let members) = self else { return [(path, self)] }
        return members.flatMap { member in
            member.value.leaves(at: path.isEmpty ? member.name : "\(path).\(member.name)")
        }
    }
}
