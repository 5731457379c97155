package import Payments
package import Store

/// The reads of alerts. All have purpose `.report`, because they may scan `attention`.
extension DatabaseReader {
    /// Open entries in the order of their IDs; scans `attention` above `id`.
    package func openEntries(
        after id: AttentionEntry.ID,
        limit: Int
    ) async throws(StoreError) -> OpenEntries {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.alerts.openEntries(after: id, limit: limit)
        }
    }

    /// The resolved ones of these entries, by primary key.
    package func resolvedEntries(
        among ids: [AttentionEntry.ID]
    ) async throws(StoreError) -> [AttentionEntry.ID] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.alerts.resolvedEntries(among: ids)
        }
    }

    /// These entries with their events, by primary key.
    package func attention(
        _ ids: [AttentionEntry.ID]
    ) async throws(StoreError) -> [AttentionRecord] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.attention.entries(ids)
        }
    }

    /// The stored state of an alert, by primary key.
    package func alertState(of alert: String) async throws(StoreError) -> AlertState {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.alerts.state(of: alert)
        }
    }

    /// The names of the alerts with stored state; scans the tables of alerts.
    package func alertNames() async throws(StoreError) -> [String] {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.alerts.names()
        }
    }
}
