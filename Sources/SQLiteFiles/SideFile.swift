package import SQLite
package import Store
package import System

/// A file beside the database that can be lost: one that cannot be used is set aside under a name
/// that says so, and made again.
package struct SideFile: Sendable {
    let path: String

    /// The owner of a new file; nil for the process's own user.
    var owner: FileOwnership?
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

    /// The database of the file and what SQLite keeps beside it.
    private static let suffixes = ["", "-wal", "-shm"]

    /// How many damaged ones are kept; the last name is used again.
    private static let keptMax = 9

    /// Opens the file by `body`, which may run a second time, on a new and empty file.
    ///
    /// - Parameter isExpected: whether it is worth a word that the file is not there.
    package func open<Opened>(
        isExpected: Bool,
        _ body: (String) throws(SQLiteError) -> Opened
    ) throws(SQLiteError) -> Opened {
        do throws(SQLiteError) {
            try make(isExpected: isExpected)
            return try body(path)
        } catch {
            guard isCondemned(by: error) else { throw error }
            try setAside(because: error)
        }
        try make(isExpected: false)
        return try body(path)
    }

    /// Whether an error says that the file cannot be used as it is: it is damaged, another
    /// program's, or not to be read or written. Not a full disk, a lock or a lack of descriptors.
    func isCondemned(by error: SQLiteError) -> Bool {
        if error.isDamage { return true }
        guard error.isRefusedAccess else { return false }
        return Self.suffixes.contains { suffix in
            FileCreation.exists(path + suffix) && !FilePath.isUsable(path + suffix)
        }
    }

    /// The same, or the file was removed while it was in use.
    package func isGone(by error: SQLiteError) -> Bool {
        isCondemned(by: error) || error.isRefusedAccess && !FileCreation.exists(path)
    }

    /// Moves the file out of the way, with what SQLite keeps beside it.
    package func setAside(because error: SQLiteError) throws(SQLiteError) {
        let free = Self.freeName(for: path)
        let isThere = FileCreation.exists(path)
        do throws(FileError) {
            for suffix in Self.suffixes where FileCreation.exists(path + suffix) {
                try FileCreation.rename(path + suffix, to: free + suffix)
            }
        } catch {
            throw Self.error(error, "set \(path) aside")
        }
        onTrouble(
            SideFileTrouble(
                path: path,
                kind: isThere ? .setAside(as: free) : .lost,
                error: StoreError(error)
            )
        )
    }

    /// A name for a file at `path` that cannot be used.
    static func freeName(for path: String) -> String {
        let names = (1...keptMax).map { path + ".damaged" + ($0 == 1 ? "" : "-\($0)") }
        return names.first { !FileCreation.exists($0) } ?? names[keptMax - 1]
    }

    /// Tells that the file failed and is tried again.
    func report(_ error: SQLiteError) {
        onTrouble(SideFileTrouble(path: path, kind: .failed, error: StoreError(error)))
    }

    /// Makes the file, empty and the owner's alone, where it is not there: SQLite would give it the
    /// mode 0644.
    private func make(isExpected: Bool) throws(SQLiteError) {
        do throws(FileError) {
            let isThere = FileCreation.exists(path)
            if !isThere { try FileCreation.write([], to: path, mode: 0o600, owner: owner) }
            let byteCount = try isThere ? FilePath.byteCount(path) : 0
            if isExpected, byteCount ?? 0 == 0 {
                onTrouble(SideFileTrouble(path: path, kind: .lost, error: nil))
            }
        } catch {
            // What is no regular file fails again, and with more words, when it is opened.
            if error == .notRegular { return }
            throw Self.error(error, "make \(path)")
        }
    }

    private static func error(_ error: FileError, _ context: String) -> SQLiteError {
        SQLiteError(code: 14, message: error.description, context: context)
    }
}
