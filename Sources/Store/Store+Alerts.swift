import Ledger

extension Store {
    /// Stores what an alert has reported, in commits of ``pageMax`` entries.
    ///
    /// - Parameter claim: of the alerts, which is renewed.
    /// - Returns: false if another receiver has the alerts now; then nothing more is stored.
    /// - Throws: when a commit fails. The earlier ones are stored; the whole change may be stored
    ///   again.
    package func record(
        _ change: AlertChange,
        under claim: WorkClaim
    ) async throws(StoreError) -> Bool {
        for part in change.parts(ofEntries: Self.pageMax) {
            let isOurs = try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
                guard try engine.renew(claim) else { return false }
                try engine.record(part)
                return true
            }
            if !isOurs { return false }
        }
        return true
    }

    /// Removes the state of all alerts but these.
    package func removeAlerts(except names: [String]) async throws(StoreError) {
        try await commit(LedgerScope()) { (_, engine) throws(StoreError) in
            try engine.removeAlerts(except: names)
        }
    }
}
