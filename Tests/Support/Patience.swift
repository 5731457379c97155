/// How long anything is waited for before a test fails: long enough for a busy machine, on which
/// tests that compute can keep the threads of all others for many seconds.
package enum Patience {
    package static let seconds = 60.0

    /// Waits until `condition` holds.
    ///
    /// - Returns: whether it held in time.
    package static func reaches(
        isolation: isolated (any Actor)? = #isolation,
        _ condition: () async throws -> Bool
    ) async rethrows -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if try await condition() { return true }
            await Task.yield()
        }
        return try await condition()
    }
}
