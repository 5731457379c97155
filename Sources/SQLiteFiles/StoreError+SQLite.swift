package import SQLite
package import Store

extension StoreError {
    /// `SQLITE_NOTADB`, also for a database of another version.
    private static let notADatabase: Int32 = 26

    /// `SQLITE_FULL`.
    private static let full: Int32 = 13

    /// `SQLITE_IOERR_SHMSIZE`: the index of the WAL cannot be made longer.
    private static let sharedMemorySize: Int32 = 4874

    package init(_ error: SQLiteError) {
        let kind: Kind =
            switch error.primaryCode {
            case _ where error.isInvalidInput: .invalidWork
            case Self.notADatabase: .unusable
            case Self.full: .diskFull
            case _ where error.code == Self.sharedMemorySize: .diskFull
            default: .failed
            }
        self.init(
            kind,
            code: "SQLite error \(error.code)",
            error.message,
            context: error.context
        )
    }

    /// Runs `body` and throws its error in the store's terms.
    package static func mapped<Result>(
        _ body: () throws(SQLiteError) -> Result
    ) throws(StoreError) -> Result {
        do throws(SQLiteError) {
            return try body()
        } catch {
            throw StoreError(error)
        }
    }
}
