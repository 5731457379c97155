import Ledger

extension Store {
    /// Stores what an alert has reported, in commits of ``pageMax`` entries.
    ///
    /// - Throws: when a commit fails. The earlier ones are stored; the whole change may be stored
    ///   again.
    package func record(_ change: AlertChange) async throws(StoreError) {
        for part in change.parts(ofEntries: Self.pageMax) {
            try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
                try engine.record(part)
            }
        }
    }

    /// Removes the state of all alerts but these.
    package func removeAlerts(except names: [String]) async throws(StoreError) {
        try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
            try engine.removeAlerts(except: names)
        }
    }
}
