/// The files of one database.
struct StoreFiles: Sendable {
    /// The database: everything the product promises to keep.
    let main: String

    /// The index: can be deleted at any time and is made anew.
    var lookup: String { main + "-lookup" }

    /// The bounded keep of what was not authentic.
    var refused: String { main + "-refused" }
}
