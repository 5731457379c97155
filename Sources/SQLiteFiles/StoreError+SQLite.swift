package import SQLite
package import Store
import System

extension StoreError {
    /// `SQLITE_NOTADB`; also used for a database of another version.
    private static let notADatabase: Int32 = 26

    /// `SQLITE_FULL`.
    private static let full: Int32 = 13

    /// `SQLITE_IOERR_SHMSIZE`: the shared memory of the WAL cannot grow. SQLite writes to each new
    /// page of the file, and reports a full disk and a failing one by this same code.
    private static let sharedMemorySize: Int32 = 4874

    /// The error in the terms of the store; SQLite's message never contains bound values.
    package init(_ error: SQLiteError) {
        let kind: Kind =
            switch error.primaryCode {
            case _ where error.isInvalidInput: .invalidWork
            case Self.notADatabase: .unusable
            case Self.full: .diskFull
            case _ where error.code == Self.sharedMemorySize && Self.isFull(error): .diskFull
            case _ where error.isDamage: .damaged
            case _ where error.isBusy: .locked
            default: .failed
            }
        self.init(
            kind,
            code: "SQLite error \(error.code)",
            error.message,
            context: error.context
        )
    }

    /// See ``SystemError/isFullDisk``.
    private static func isFull(_ error: SQLiteError) -> Bool {
        SystemError(call: error.context, code: error.systemCode).isFullDisk
    }

    /// Runs `body` and converts its error.
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
