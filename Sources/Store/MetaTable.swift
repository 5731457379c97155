import Payments
import SQLite

/// The writer's statements on `meta`: single facts about the database.
final class MetaTable {
    private let selection: Statement
    private let replacement: Statement

    init(_ connection: Connection) throws(SQLiteError) {
        selection = try connection.prepare("SELECT value FROM meta WHERE key = ?")
        replacement = try connection.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)")
    }

    private static let provenOrderKey = "proven_order"

    /// The order of a callback's references that a generated transaction last proved.
    func provenOrder() throws(SQLiteError) -> ReferenceOrder? {
        let found = try selection.first {
            $0.text(Self.provenOrderKey)
        } row: {
            UInt8($0.text(0)).flatMap { ReferenceOrder(rawValue: $0) }
        }
        return found ?? nil
    }

    /// Remembers the order for the next start.
    func setProvenOrder(_ order: ReferenceOrder) throws(SQLiteError) {
        try replacement.run {
            $0.text(Self.provenOrderKey)
            $0.text("\(order.rawValue)")
        }
    }
}
