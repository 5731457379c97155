package import Store

extension Problem {
    /// The problem of a failed read.
    package init(reading error: StoreError) {
        self.init(.storeUnavailable, "The database could not be read: \(error.message).")
    }

    /// The problem of a failed commit.
    package init(committing error: StoreError) {
        self.init(.storeUnavailable, "The database could not be written: \(error.message).")
    }
}

/// Runs a read; a failure becomes the problem `store-unavailable`.
package func reading<Result>(
    _ body: () async throws(StoreError) -> Result
) async throws(Problem) -> Result {
    do throws(StoreError) {
        return try await body()
    } catch {
        throw Problem(reading: error)
    }
}

/// Runs a commit; a failure becomes the problem `store-unavailable`.
package func committing<Result>(
    _ body: () async throws(StoreError) -> Result
) async throws(Problem) -> Result {
    do throws(StoreError) {
        return try await body()
    } catch {
        throw Problem(committing: error)
    }
}
