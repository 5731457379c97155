import SQLite

/// Copies the only payment of a stopped receiver's database, with its transition, so that the
/// reference index has entries enough for a batch.
enum PaymentCopies {
    /// The rows whose entries `ReferenceIndex` writes at once when it is rebuilt, and some more.
    static let count = 33_000

    /// The reference of a copy.
    static func reference(_ number: Int) -> String { "TRX-COPY-\(number)" }

    static func add(to path: String) throws {
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute("PRAGMA synchronous = OFF")
        try connection.execute("BEGIN")
        for (table, key) in [("payments", "id"), ("transitions", "sequence")] {
            let names = try connection.prepare("SELECT name FROM pragma_table_info('\(table)')")
                .all(row: { $0.text(0) })
            let values = names.map { name in
                switch name {
                case "id", "sequence", "last_sequence", "payment_id": "n"
                case "partner_reference": "'TRX-COPY-' || n"
                case "reference": "'PAY-COPY-' || n"
                default: "m.\(name)"
                }
            }
            try connection.execute(
                """
                WITH RECURSIVE numbers (n) AS (
                    SELECT 2 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count)
                )
                INSERT INTO \(table) SELECT \(values.joined(separator: ", "))
                FROM numbers, \(table) m WHERE m.\(key) = 1;
                """
            )
        }
        try connection.execute("COMMIT")
        try connection.checkpoint()
    }
}
