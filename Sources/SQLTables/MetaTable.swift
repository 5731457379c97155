package import Ledger
import Payments
package import Store

/// The statements on `meta`: single values of the database.
package final class MetaTable {
    private let selection: any SQLStatement
    private let replacement: any SQLStatement

    /// Prepares the statements; the one that writes is used by the writer only.
    package init(_ connection: any SQLDatabase) throws(StoreError) {
        selection = try connection.prepare("SELECT value FROM meta WHERE key = ?")
        replacement = try connection.prepare(
            """
            INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value
            """
        )
    }

    /// The stored number of a `ReferenceOrder`.
    private static let provenOrderKey = "proven_order"

    /// Milliseconds since the epoch.
    private static let knownKey = "gateway_known_at"

    /// What selects the values that a copy of the database has as well: each key and its value.
    package static let copied = """
        SELECT key, value FROM meta WHERE key IN ('feed', '\(provenOrderKey)', '\(knownKey)')
        """

    /// Stores a value of ``copied``; inside a write only.
    package func copy(_ key: String, _ value: String) throws(StoreError) {
        try replacement.run {
            $0.text(key)
            $0.text(value)
        }
    }

    /// The value of a key; nil when it was never set.
    private func value(_ key: String) throws(StoreError) -> String? {
        try selection.first {
            $0.text(key)
        } row: {
            $0.text(0)
        }
    }

    /// The feed id: it identifies the feed that the sequence numbers belong to. Empty without one.
    package func feed() throws(StoreError) -> String { try value("feed") ?? "" }

    /// What is known of the gateway besides payments; values that cannot be read count as unknown.
    package func knowledge() throws(StoreError) -> GatewayKnowledge {
        GatewayKnowledge(
            provenOrder: try value(Self.provenOrderKey),
            knownAt: try value(Self.knownKey)
        )
    }

    /// Replaces a value of the same size, to prove that the database can be written; inside a write
    /// only.
    package func mark(_ now: Int64) throws(StoreError) {
        try replacement.run {
            $0.text("probe")
            $0.text("\(now)")
        }
    }

    /// Stores what is known of the gateway; inside a write only. Unknown values stay as they are.
    package func set(_ knowledge: GatewayKnowledge) throws(StoreError) {
        let values = [
            (Self.provenOrderKey, knowledge.corroboratedOrder.map { "\($0.rawValue)" }),
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

extension GatewayKnowledge {
    /// From the values of two keys of `meta`; those that cannot be read count as unknown.
    package init(provenOrder: String?, knownAt: String?) {
        self.init()
        corroboratedOrder = provenOrder.flatMap { UInt8($0) }
            .flatMap { ReferenceOrder(rawValue: $0) }
        knownMilliseconds = knownAt.flatMap { Int64($0) }
    }
}
