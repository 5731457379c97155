package import Ledger
import Payments
package import SQLite

/// The statements on `meta`: single facts about the database.
package final class MetaTable {
    private let selection: Statement
    private let replacement: Statement

    package init(_ connection: Connection) throws(SQLiteError) {
        selection = try connection.prepare("SELECT value FROM meta WHERE key = ?")
        replacement = try connection.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)")
    }

    private static let provenOrderKey = "proven_order"
    private static let knownKey = "gateway_known_at"

    private func value(_ key: String) throws(SQLiteError) -> String? {
        try selection.first {
            $0.text(key)
        } row: {
            $0.text(0)
        }
    }

    /// What is known of the gateway beside payments.
    package func knowledge() throws(SQLiteError) -> GatewayKnowledge {
        var knowledge = GatewayKnowledge()
        knowledge.provenOrder = try value(Self.provenOrderKey)
            .flatMap { UInt8($0) }.flatMap { ReferenceOrder(rawValue: $0) }
        knowledge.knownMilliseconds = try value(Self.knownKey).flatMap { Int64($0) }
        return knowledge
    }

    /// Stores what is known of the gateway, for the next start.
    package func set(_ knowledge: GatewayKnowledge) throws(SQLiteError) {
        let values = [
            (Self.provenOrderKey, knowledge.provenOrder.map { "\($0.rawValue)" }),
            (Self.knownKey, knowledge.knownMilliseconds.map { "\($0)" }),
        ]
        for (key, value) in values {
            guard let value else { continue }
            try replacement.run {
                $0.text(key)
                $0.text(value)
            }
        }
    }
}
