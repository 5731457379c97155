import Glibc
import SQLite

/// Fills the database of a stopped receiver with copies of its first callback, each with its own
/// payment, references, times and signature, as if the receiver had stored them.
///
/// The copies are rows of the receiver's own schema: every column that is not listed here has the
/// value of the first callback.
struct DatabaseFill {
    private let connection: Connection

    /// Columns that number the rows.
    private static let numbers: Set = [
        "id", "payment_id", "sequence", "last_sequence", "callback_id",
    ]

    /// Columns with the time of receipt, in milliseconds since the epoch.
    private static let times: Set = [
        "received_at", "last_received_at", "created_at", "updated_at", "recorded_at",
    ]

    private static let tables = ["payments", "callbacks", "callback_contents", "transitions"]

    /// Opens a database that holds one callback.
    init(path: String) throws {
        connection = try Connection(path: path, mode: .readWrite)
        try connection.execute("PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
    }

    /// Adds callbacks until there are `count`, the last `today` of them received today and the
    /// others in the year before, in ascending order.
    func fill(to count: Int, today: Int) throws {
        let now = Int(nanoseconds(CLOCK_REALTIME) / 1_000_000)
        let zone = 7 * 3_600_000
        let midnight = (now + zone) / 86_400_000 * 86_400_000 - zone
        let before = max(count - today, 0)
        let time = { (number: String) in
            """
            CASE WHEN \(number) <= \(before)
                THEN \(midnight) - 31536000000 + \(number) * 31536000000 / \(max(before, 1))
                ELSE \(midnight) + (\(number) - \(before)) * \(now - midnight) / \(max(today, 1))
            END
            """
        }
        try connection.execute(
            """
            CREATE TEMP TABLE copies (n INTEGER PRIMARY KEY, t INTEGER, p TEXT, r TEXT, e TEXT);
            CREATE TEMP TABLE model AS SELECT p.partner_reference AS p, p.reference AS r,
                c.external_id AS e FROM payments p, callbacks c WHERE p.id = 1 AND c.id = 1;
            """
        )
        try setTimes(time("1"))
        let portion = 100_000
        for first in stride(from: 2, through: count, by: portion) {
            let last = min(first + portion - 1, count)
            try connection.execute(
                """
                BEGIN;
                DELETE FROM copies;
                WITH RECURSIVE numbers (n) AS (
                    SELECT \(first) UNION ALL SELECT n + 1 FROM numbers WHERE n < \(last)
                )
                INSERT INTO copies SELECT n, \(time("n")), 'TRX' || lower(hex(randomblob(11))),
                    'PAY' || lower(hex(randomblob(11))), lower(hex(randomblob(18))) FROM numbers;
                """
            )
            for table in Self.tables { try connection.execute(try copying(table)) }
            try connection.execute("COMMIT")
        }
        try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    /// Gives the first callback a time before those of its copies.
    private func setTimes(_ time: String) throws {
        for table in Self.tables {
            for column in try columns(of: table) where Self.times.contains(column) {
                try connection.execute("UPDATE \(table) SET \(column) = \(time)")
            }
        }
    }

    /// The statement that adds the rows of one table for all of `copies`.
    private func copying(_ table: String) throws -> String {
        let values = try columns(of: table).map { column in
            if Self.numbers.contains(column) { return "copies.n" }
            if Self.times.contains(column) { return "copies.t" }
            if column == "signed_digest" { return "randomblob(32)" }
            // Texts that name the payment or the delivery differ, all others are the same.
            return """
                CASE WHEN typeof(m.\(column)) <> 'text' THEN m.\(column)
                    WHEN m.\(column) = model.p THEN copies.p
                    WHEN m.\(column) = model.r THEN copies.r
                    WHEN m.\(column) = model.e THEN copies.e ELSE m.\(column) END
                """
        }
        let key = table == "transitions" ? "sequence" : "id"
        return """
            INSERT INTO \(table) SELECT \(values.joined(separator: ", "))
            FROM copies, model, \(table) m WHERE m.\(key) = 1 ORDER BY copies.n;
            """
    }

    private func columns(of table: String) throws -> [String] {
        let text = try connection.text(
            "SELECT group_concat(name) FROM pragma_table_info('\(table)')"
        )
        return (text ?? "").split(separator: ",").map { String($0) }
    }
}
