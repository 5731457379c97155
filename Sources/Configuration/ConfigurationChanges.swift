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
        "notify.listen", "internal.listen", "storage.database", "storage.create",
    ]
}

extension LoadedConfiguration {
    /// The differences from `old`, including those in files that both configurations name.
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
    /// Every value below this one that is not an object, with its key path.
    fileprivate func leaves(at path: String) -> [(String, JSON5Value)] {
        guard case .object(let members) = self else { return [(path, self)] }
        return members.flatMap { member in
            member.value.leaves(at: path.isEmpty ? member.name : "\(path).\(member.name)")
        }
    }
}
