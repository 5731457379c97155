import Ledger
import SQLite

/// The ways in which signatures were verified: few rows that many callbacks name.
final class VerificationTable {
    private let selection: Statement
    private let insertion: Statement
    private let connection: Connection
    private var known: [Delivery.Verification: Int64] = [:]

    init(_ connection: Connection) throws(SQLiteError) {
        self.connection = connection
        selection = try connection.prepare(
            "SELECT id FROM verifications WHERE path = ? AND body_form = ? AND key_fingerprint = ?"
        )
        insertion = try connection.prepare(
            "INSERT INTO verifications (path, body_form, key_fingerprint) VALUES (?, ?, ?)"
        )
    }

    /// The number of a way of verifying, made when it is new.
    func id(of verification: Delivery.Verification) throws(SQLiteError) -> Int64 {
        if let id = known[verification] { return id }
        let bind = { (row: inout Binder) in
            row.text(verification.path)
            row.text(verification.bodyForm)
            row.text(verification.keyFingerprint)
        }
        let id: Int64
        if let found = try selection.first(bind, row: { $0.integer(0) }) {
            id = found
        } else {
            try insertion.run(bind)
            id = connection.lastInsertRowID
        }
        known[verification] = id
        return id
    }
}
