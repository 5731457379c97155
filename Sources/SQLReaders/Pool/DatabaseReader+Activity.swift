package import Store

/// The reads of an overview.
extension DatabaseReader {
    /// A cursor, by ``TimeSearch``: some dozens of reads by primary key.
    package func activityStart(
        from milliseconds: Int64
    ) async throws(StoreError) -> Activity.Cursor {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.activity.start(from: milliseconds)
        }
    }

    /// Rows behind a cursor: at most ``ActivityReader/rowsMax`` of each list.
    ///
    /// Waiting rejected requests are written first, so that they are among them.
    package func activity(
        after cursor: Activity.Cursor
    ) async throws(StoreError) -> Activity {
        await writeRefused()
        return try await read(.report) { (tables) throws(StoreError) in
            try tables.activity.activity(after: cursor)
        }
    }

    /// Single values, by indexes.
    package func storedTotals() async throws(StoreError) -> StoredTotals {
        try await read(.report) { (tables) throws(StoreError) in
            try tables.activity.storedTotals()
        }
    }
}
