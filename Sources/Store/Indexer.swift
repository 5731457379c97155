import Queues
import SQLite

/// Writes full batches of the index to its file, off the commit path.
actor Indexer {
    private let executor = QueueExecutor(blockingLabel: "store.indexer")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let index: ReferenceIndex
    private let path: String
    private let feed: String
    private let onFailure: @Sendable (SQLiteError) -> Void

    init(
        index: ReferenceIndex,
        path: String,
        feed: String,
        onFailure: @escaping @Sendable (SQLiteError) -> Void
    ) {
        self.index = index
        self.path = path
        self.feed = feed
        self.onFailure = onFailure
    }

    /// Writes the batch that was set aside, soon.
    nonisolated func wake() {
        executor.run { [self] in assumeIsolated { $0.flush() } }
    }

    private func flush() {
        do throws(SQLiteError) {
            let newest = IndexWatermark(transactionID: .max, callbackID: .max)
            let file = try LookupFile(path: path, feed: feed, newest: newest)
            try index.flush(to: file)
        } catch {
            // The entries stay in memory; the next full batch brings another attempt.
            onFailure(error)
        }
    }
}
