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
}
