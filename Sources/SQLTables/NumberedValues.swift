import Ledger
import Store

/// A table of few values to which rows of other tables refer by ID, such as the ways to verify a
/// signature.
///
/// The values found so far are in memory. They belong to the engine, which is discarded after a
/// failed commit, so no ID of a row that was rolled back is used.
final class NumberedValues<Value: Hashable> {
    /// The ID of a value. Scans the table, which is small, once for each value after startup.
    private let selection: any SQLStatement

    /// Adds a value; the ID is the next rowid.
    private let insertion: any SQLStatement
    private let bind: (Value, any SQLBinder) -> Void

    /// The values found so far.
    private var known: [Value: Int64] = [:]

    /// The value of the last call, which is usually the next one too.
    private var last: (value: Value, id: Int64)?

    /// - Parameters:
    ///   - columns: the columns of the value, besides `id`.
    ///   - bind: binds the columns of a value, in that order.
    init(
        _ connection: any SQLDatabase,
        table: String,
        columns: [String],
        bind: @escaping (Value, any SQLBinder) -> Void
    ) throws(StoreError) {
        self.bind = bind
        let conditions = columns.map { "\($0) = ?" }.joined(separator: " AND ")
        let names = columns.joined(separator: ", ")
        let marks = columns.map { _ in "?" }.joined(separator: ", ")
        selection = try connection.prepare("SELECT id FROM \(table) WHERE \(conditions)")
        insertion = try connection.prepare(
            "INSERT INTO \(table) (\(names)) VALUES (\(marks)) RETURNING id"
        )
    }

    /// The ID of a value; a new value is added, inside the present write.
    func id(of value: Value) throws(StoreError) -> Int64 {
        if let last, last.value == value { return last.id }
        let id = try find(value)
        known[value] = id
        last = (value, id)
        return id
    }

    /// The ID from memory or the table, else that of a new row.
    private func find(_ value: Value) throws(StoreError) -> Int64 {
        if let id = known[value] { return id }
        let found = try selection.first {
            bind(value, $0)
        } row: {
            $0.integer(0)
        }
        if let found { return found }
        return try insertion.first {
            bind(value, $0)
        } row: {
            $0.integer(0)
        } ?? 0
    }
}

extension NumberedValues<Delivery.Verification> {
    /// The table `verifications`: path, body form and key with which signatures verified.
    convenience init(_ connection: any SQLDatabase) throws(StoreError) {
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
