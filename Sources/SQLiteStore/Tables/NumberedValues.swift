import Ledger
import SQLite

/// A table of few values that many rows of other tables name by their number.
final class NumberedValues<Value: Hashable> {
    private let selection: Statement
    private let insertion: Statement
    private let bind: (Value, inout Binder) -> Void
    private let connection: Connection
    private var known: [Value: Int64] = [:]

    /// The one that was asked for last: nearly always the next, too.
    private var last: (value: Value, id: Int64)?

    /// - Parameters:
    ///   - columns: of the value, beside the column `id`.
    ///   - bind: binds them, in that order.
    init(
        _ connection: Connection,
        table: String,
        columns: [String],
        bind: @escaping (Value, inout Binder) -> Void
    ) throws(SQLiteError) {
        self.connection = connection
        self.bind = bind
        let conditions = columns.map { "\($0) = ?" }.joined(separator: " AND ")
        let names = columns.joined(separator: ", ")
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        selection = try connection.prepare("SELECT id FROM \(table) WHERE \(conditions)")
        insertion = try connection.prepare("INSERT INTO \(table) (\(names)) VALUES (\(marks))")
    }

    /// The number of a value, made when it is new.
    func id(of value: Value) throws(SQLiteError) -> Int64 {
        if let last, last.value == value { return last.id }
        let id = try find(value)
        known[value] = id
        last = (value, id)
        return id
    }

    private func find(_ value: Value) throws(SQLiteError) -> Int64 {
        if let id = known[value] { return id }
        let found = try selection.first {
            bind(value, &$0)
        } row: {
            $0.integer(0)
        }
        if let found { return found }
        try insertion.run { bind(value, &$0) }
        return connection.lastInsertRowID
    }
}

extension NumberedValues<Delivery.Verification> {
    /// The table `verifications`: the ways in which signatures were verified.
    convenience init(_ connection: Connection) throws(SQLiteError) {
        try self.init(
            connection,
            table: "verifications",
            columns: ["path", "body_form", "key_fingerprint"]
        ) { (verification, row) in
            row.text(verification.path)
            row.text(verification.bodyForm)
            row.text(verification.keyFingerprint)
        }
    }
}
