package import SQLTables
import SQLite
import Store

/// A reader's access to the rejected-request store.
///
/// While its file cannot be read it counts as empty, so that the journal can still be listed.
/// Belongs to one reading connection.
final class ReaderRefusals: RefusedRequestFile {
    private let store: RejectedRequestStore

    /// The open file and its number; the number changes when the file is created again.
    private var opened: (database: SQLiteDatabase, number: Int)?

    init(_ store: RejectedRequestStore) { self.store = store }

    /// The result of `body`; nil while the file cannot be read, which is reported.
    func read<Value>(
        _ body: (any SQLDatabase) throws(StoreError) -> Value
    ) -> Value? {
        let number = store.fileNumber
        do throws(SQLiteError) {
            let database = try database(number)
            do throws(StoreError) {
                return try body(database)
            } catch {
                throw database.lastError
                    ?? SQLiteError(code: 1, message: error.message, context: error.context)
            }
        } catch {
            opened = nil
            store.report(error, ofFile: number)
            return nil
        }
    }

    /// The connection to the file with this number, opened if necessary.
    private func database(_ number: Int) throws(SQLiteError) -> SQLiteDatabase {
        if let opened, opened.number == number { return opened.database }
        let database = SQLiteDatabase(try Connection(path: store.path, mode: .readOnly))
        opened = (database, number)
        return database
    }
}

extension RejectedRequestStore {
    /// The access of one reading connection.
    package nonisolated func makeReader() -> any RefusedRequestFile { ReaderRefusals(self) }
}
