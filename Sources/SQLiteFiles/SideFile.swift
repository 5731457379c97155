package import SQLite
package import Store
package import System

/// A side file of the database, which may be lost.
///
/// An unusable file is renamed to `….damaged`, so that it can be examined, and created again.
package struct SideFile: Sendable {
    let path: String

    /// The owner of a new file; nil means the user of this process.
    var owner: FileOwnership?

    /// Called on the thread that found the problem.
    let onTrouble: @Sendable (SideFileTrouble) -> Void

    package init(
        path: String,
        owner: FileOwnership? = nil,
        onTrouble: @escaping @Sendable (SideFileTrouble) -> Void
    ) {
        self.path = path
        self.owner = owner
        self.onTrouble = onTrouble
    }

    /// The file itself and the files that SQLite keeps beside it.
    private static let suffixes = ["", "-wal", "-shm"]

    /// The maximum of damaged files; then the last name is used again.
    private static let copiesMax = 9

    /// Opens the file with `body`, which may run a second time, on a new and empty file.
    ///
    /// - Parameter isExpected: whether a missing file is reported.
    /// - Throws: errors that a new file would not fix, and any error of the second run; each names
    ///   the file.
    package func open<Opened>(
        isExpected: Bool,
        _ body: (String) throws(SQLiteError) -> Opened
    ) throws(SQLiteError) -> Opened {
        do throws(SQLiteError) {
            try make(isExpected: isExpected)
            return try body(path)
        } catch {
            guard isCondemned(by: error) else { throw named(error) }
            try setAside(because: error)
        }
        do throws(SQLiteError) {
            try make(isExpected: false)
            return try body(path)
        } catch {
            throw named(error)
        }
    }

    /// The error with the path of the file, which an operator would otherwise look for in the main
    /// database.
    private func named(_ error: SQLiteError) -> SQLiteError {
        if error.context.contains(path) { return error }
        return SQLiteError(
            code: error.code,
            message: error.message,
            context: "\(path): \(error.context)"
        )
    }

    /// Whether an error shows that the file is unusable: damaged, of another program, or without
    /// permission. A full disk, a lock or a lack of descriptors is not a reason.
    func isCondemned(by error: SQLiteError) -> Bool {
        if error.isDamage { return true }
        guard error.isRefusedAccess else { return false }
        return Self.suffixes.contains { FilePath.isUnusable(path + $0) }
    }

    /// The same, or whether the file was removed while it was open.
    package func isGone(by error: SQLiteError) -> Bool {
        isCondemned(by: error) || error.isRefusedAccess && !FileCreation.exists(path)
    }

    /// Renames the file and the files that SQLite keeps beside it, and reports the error.
    ///
    /// - Throws: when a file cannot be renamed.
    package func setAside(because error: SQLiteError) throws(SQLiteError) {
        let free = Self.freeName(for: path)
        let isThere = FileCreation.exists(path)
        do throws(FileError) {
            for suffix in Self.suffixes where FileCreation.exists(path + suffix) {
                try FileCreation.rename(path + suffix, to: free + suffix)
            }
        } catch {
            throw Self.error(error, "rename \(path)")
        }
        onTrouble(
            SideFileTrouble(
                path: path,
                kind: isThere ? .setAside(as: free) : .lost,
                error: StoreError(error)
            )
        )
    }

    /// An unused name for an unusable file.
    static func freeName(for path: String) -> String {
        let names = (1...copiesMax).map { path + ".damaged" + ($0 == 1 ? "" : "-\($0)") }
        return names.first { !FileCreation.exists($0) } ?? names[copiesMax - 1]
    }

    /// Reports that the file failed; the next use tries again.
    func report(_ error: SQLiteError) {
        onTrouble(SideFileTrouble(path: path, kind: .failed, error: StoreError(error)))
    }

    /// Creates the file if it is missing: empty, with mode 0600. SQLite would create it with mode
    /// 0644.
    private func make(isExpected: Bool) throws(SQLiteError) {
        do throws(FileError) {
            let isThere = FileCreation.exists(path)
            if !isThere { try FileCreation.write([], to: path, mode: 0o600, owner: owner) }
            let byteCount = try isThere ? FilePath.byteCount(path) : 0
            if isExpected, byteCount ?? 0 == 0 {
                onTrouble(SideFileTrouble(path: path, kind: .lost, error: nil))
            }
        } catch {
            // A file that is not regular fails again, with a better message, when SQLite opens it.
            if error == .notRegular { return }
            throw Self.error(error, "create \(path)")
        }
    }

    /// A file error as the SQLite error 14 (`SQLITE_CANTOPEN`).
    private static func error(_ error: FileError, _ context: String) -> SQLiteError {
        SQLiteError(code: 14, message: error.description, context: context)
    }
}
