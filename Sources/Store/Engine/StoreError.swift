/// Why the store could not do something, whatever engine it is on.
package struct StoreError: Error, Equatable, Sendable {
    /// What the caller can do about it.
    package enum Kind: Equatable, Sendable {
        /// What was to be written breaks a rule of the schema: the work is at fault, not the disk.
        case invalidWork
        /// The file is no database of this product or version: trying again does not help.
        case unusable
        /// The disk has no room for it.
        case diskFull
        /// Making the tables would put a new database where one was.
        case orphaned
        /// The disk, the file system or the database failed.
        case failed
    }

    package let kind: Kind

    /// The engine's name and code for it, such as `SQLite error 13`.
    package let code: String

    /// The engine's words for it. Never holds a value that was to be stored.
    package let message: String

    /// The statement or the step that failed.
    package let context: String

    package init(_ kind: Kind, code: String = "error", _ message: String, context: String) {
        self.kind = kind
        self.code = code
        self.message = message
        self.context = context
    }

    /// The store was closed, for good.
    package static let closed = StoreError(
        .failed,
        code: "closed",
        "the program is stopping",
        context: "open the database"
    )
}

extension StoreError: CustomStringConvertible {
    package var description: String { "\(code) (\(message)) in: \(context)" }
}

/// What happened to a file beside the database. Nothing that was promised depends on it.
package struct SideFileTrouble: Equatable, Sendable {
    /// What became of the file.
    package enum Kind: Equatable, Sendable {
        /// It was not there, or empty, and is made again.
        case lost
        /// It could not be used, is kept under another name and made again.
        case setAside(as: String)
        /// It could not be read or written; it stays, and is tried again.
        case failed
    }

    package let path: String
    package let kind: Kind

    /// Nil for a file that was lost before the start.
    package let error: StoreError?

    package init(path: String, kind: Kind, error: StoreError?) {
        self.path = path
        self.kind = kind
        self.error = error
    }
}
