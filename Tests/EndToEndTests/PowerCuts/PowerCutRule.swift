import Foundation
import SQLite

/// What has to be in the files that a power cut has left.
protocol PowerCutRule: Sendable {
    /// What is missing in `directory`, which it may change.
    func problems(in directory: String, _ promises: PowerCutPromises) throws -> [String]

    /// Whether a receiver may refuse to start, until a restore that was cut off is run again.
    func isCutOff(in directory: String) -> Bool
}

/// The database of a receiver, and a backup of it.
struct LifeRule: PowerCutRule {
    /// What is in the database from the start.
    var before: PowerCutContent?

    func problems(in directory: String, _ promises: PowerCutPromises) throws -> [String] {
        var kept = promises.kept
        if let before {
            kept.acknowledged.formUnion(before.callbacks.keys)
            kept.head = max(kept.head, before.feed.count)
        }
        var problems = promises.contradictions
        problems += try Self.problems(directory + "receiver.db", kept, shown: promises.feed)
        // A file of this name is complete.
        let backup = directory + "backup.db"
        guard let atBackup = promises.atNote[PowerCutNote.backupBegins] else { return problems }
        if promises.notes.contains(PowerCutNote.backupDone) || access(backup, F_OK) == 0 {
            problems += try Self.problems(backup, atBackup).map { "backup: \($0)" }
        }
        return problems
    }

    func isCutOff(in directory: String) -> Bool { false }

    /// What is missing in a database, which need not be there while nothing is promised.
    static func problems(
        _ path: String,
        _ kept: PowerCutPromises.Kept,
        shown: [Int: String] = [:]
    ) throws -> [String] {
        let isPromised = !kept.acknowledged.isEmpty || kept.head > 0 || !shown.isEmpty
        var status = stat()
        let isThere = stat(path, &status) == 0 && status.st_size > 0
        if isThere, let content = try PowerCutContent(path) {
            return content.problems(kept, shown: shown)
        }
        return isPromised ? ["\(path) is missing or has no tables"] : []
    }
}

/// A restore: at the path is the database before, or the restored one, or none.
struct RestoreRule: PowerCutRule {
    private let before: PowerCutContent
    private let backup: PowerCutContent

    /// - Parameter directory: the files before the restore.
    init(_ directory: String) throws {
        let copy = directory + "copy/"
        try FileManager.default.createDirectory(
            atPath: copy,
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: copy) }
        for name in ["receiver.db", "receiver.db-wal", "backup.db"] {
            try FileManager.default.copyItem(atPath: directory + name, toPath: copy + name)
        }
        guard let before = try PowerCutContent(copy + "receiver.db"),
            let backup = try PowerCutContent(copy + "backup.db")
        else { throw PowerCutFailure(problems: ["no database to restore over"]) }
        (self.before, self.backup) = (before, backup)
    }

    func problems(in directory: String, _ promises: PowerCutPromises) throws -> [String] {
        var problems = promises.contradictions
        let isRestored = promises.notes.contains(PowerCutNote.restored)
        if isCutOff(in: directory) {
            if isRestored { problems.append("the restored database is missing") }
            return try problems + setAsideProblems(in: directory)
        }
        guard let content = try PowerCutContent(directory + "receiver.db") else {
            return problems + ["the database has no tables"]
        }
        if content.feedID == before.feedID {
            if isRestored { problems.append("the database is the one before") }
            return problems + content.problems(Self.kept(before))
        }
        var kept = Self.kept(backup)
        kept.acknowledged.formUnion(promises.acknowledged)
        kept.head = max(kept.head, promises.head)
        problems += content.problems(kept, shown: promises.feed)
        return try problems + setAsideProblems(in: directory)
    }

    func isCutOff(in directory: String) -> Bool {
        access(directory + "receiver.db", F_OK) != 0
    }

    /// The database before is complete under its other name, also where its WAL has not got it yet.
    private func setAsideProblems(in directory: String) throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        let suffixes = ["-wal", "-shm", "-journal"]
        guard
            let name = names.first(where: { name in
                name.hasPrefix("receiver.db.before-") && !suffixes.contains(where: name.hasSuffix)
            })
        else { return ["the database before is missing"] }
        let copy = directory + "aside/"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try FileManager.default.copyItem(atPath: directory + name, toPath: copy + "receiver.db")
        let isCutOff = isCutOff(in: directory)
        for log in [name + "-wal"] + (isCutOff ? ["receiver.db-wal"] : []) {
            guard names.contains(log), access(copy + "receiver.db-wal", F_OK) != 0 else { continue }
            try FileManager.default.copyItem(
                atPath: directory + log,
                toPath: copy + "receiver.db-wal"
            )
        }
        return try LifeRule.problems(copy + "receiver.db", Self.kept(before))
            .map { "set aside: \($0)" }
    }

    private static func kept(_ content: PowerCutContent) -> PowerCutPromises.Kept {
        .init(acknowledged: Set(content.callbacks.keys), head: content.feed.count)
    }
}
