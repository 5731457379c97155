import Payments
package import SQLite

extension Store {
    /// Judges kept callbacks again, in the order given, in one commit.
    ///
    /// - Parameter isDryRun: nothing is written; each is judged as if it were the only one.
    package func replay(
        _ requests: [ReplayRequest],
        isDryRun: Bool
    ) async throws(SQLiteError) -> [ReplayResult] {
        let now = now()
        let results = try await commit { (bookkeeper, policy) throws(SQLiteError) in
            var results: [ReplayResult] = []
            for request in requests {
                results.append(
                    try bookkeeper.replay(
                        request,
                        isDryRun: isDryRun,
                        policy,
                        atMilliseconds: now
                    )
                )
            }
            return results
        }
        if !isDryRun {
            await refusals.remove(results.filter { $0.before == .refused }.map(\.callbackID))
        }
        return results
    }
}
