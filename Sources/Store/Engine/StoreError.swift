/// Why the store could not do something, independent of the engine.
package struct StoreError: Error, Equatable, Sendable {
    /// What the caller can do about it.
    package enum Kind: Equatable, Sendable {
        /// The work violates a constraint of the schema: the work is at fault, not the disk.
        case invalidWork
        /// The file is not a database of this product and version: retrying cannot fix it.
        case unusable
        /// The disk is full.
        case diskFull
        /// The database file is damaged, or a disk error makes it unreadable.
        case damaged
        /// Another connection has held a lock for too long.
        case locked
        /// The tables must not be created: files beside the database show that a database existed
        /// here.
        case orphaned
        /// The connection to the server has broken, or could not be made.
        case disconnected
        /// The disk, the file system or the database failed.
        case failed
    }

    package let kind: Kind

    /// The engine's name and code of the error, such as `SQLite error 13`.
    package let code: String

    /// The engine's description of the error. Never contains a value that was to be stored.
    package let message: String

    /// The statement or the step that failed.
    package let context: String

    package init(_ kind: Kind, code: String = "error", _ message: String, context: String) {
        self.kind = kind
        self.code = code
        self.message = message
        self.context = context
    }

    /// The store was closed for good.
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

/// A problem with a side file of the database.
///
/// Side files are no part of what the product promises: the reference index is rebuilt, and the
/// rejected-request store may lose requests.
package struct SideFileTrouble: Equatable, Sendable {
    /// What was done with the file.
    package enum Kind: Equatable, Sendable {
        /// It was missing or empty, and was created again.
        case lost
        /// It was unusable; it was renamed to the path `as`, and created again.
        case setAside(as: String)
        /// It could not be read or written; it stays, and the next use tries again.
        case failed
    }

    package let path: String
    package let kind: Kind

    /// Nil when the file was already missing at startup.
    package let error: StoreError?

    package init(path: String, kind: Kind, error: StoreError?) {
        self.path = path
        self.kind = kind
        self.error = error
    }
}
