import SQLite

/// A reader's access to the rejected-request store: as long as it cannot be read, it is empty.
///
/// The journal is read all the same.
final class ReaderRefusals {
    private let store: RejectedRequestStore
    private var opened: (connection: Connection, number: Int)?

    init(_ store: RejectedRequestStore) { self.store = store }

    /// The result of `body`, or nil while the file cannot be read.
    func read<Value>(
        _ body: (Connection) throws(SQLiteError) -> Value
    ) -> Value? {
        let number = store.fileNumber
        do throws(SQLiteError) {
            return try body(try connection(number))
        } catch {
            opened = nil
            store.report(error, ofFile: number)
            return nil
        }
    }

    private func connection(_ number: Int) throws(SQLiteError) -> Connection {
        if let opened, opened.number == number { return opened.connection }
        let connection = try Connection(path: store.path, mode: .readOnly)
        opened = (connection, number)
        return connection
    }
}
