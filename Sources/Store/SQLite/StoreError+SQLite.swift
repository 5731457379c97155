import SQLite

extension StoreError {
    /// `SQLITE_NOTADB`, also for a database of another version.
    private static let notADatabase: Int32 = 26

    init(_ error: SQLiteError) {
        let kind: Kind =
            error.isConstraint
            ? .invalidWork : error.primaryCode == Self.notADatabase ? .unusable : .failed
        self.init(
            kind,
            code: "SQLite error \(error.code)",
            error.message,
            context: error.context
        )
    }

    /// Runs `body` and throws its error in the store's terms.
    static func mapped<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(StoreError) -> Result {
        do throws(SQLiteError) {
            return try body()
        } catch {
            throw StoreError(error)
        }
    }
}
