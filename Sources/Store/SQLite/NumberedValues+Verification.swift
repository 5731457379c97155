import Ledger
import SQLite

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
