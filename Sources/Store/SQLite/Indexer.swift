import Queues
import SQLite

/// Writes full batches of the index to its file, off the commit path.
actor Indexer {
    private let executor = QueueExecutor(blockingLabel: "store.indexer")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let index: ReferenceIndex
    private let path: String
    private let onFailure: @Sendable (SQLiteError) -> Void

    init(
        index: ReferenceIndex,
        path: String,
        onFailure: @escaping @Sendable (SQLiteError) -> Void
    ) {
        self.index = index
        self.path = path
        self.onFailure = onFailure
    }

    /// Writes the batch that was set aside, soon.
    nonisolated func wake() {
        executor.run { [self] in assumeIsolated { $0.flush() } }
    }

    private func flush() {
        do throws(SQLiteError) {
            // Never a new file: the writer and the readers would go on looking into the old one.
            try index.flush(to: try LookupFile(existing: path, mode: .readWrite))
        } catch {
            // The entries stay in memory; the next full batch brings another attempt.
            onFailure(error)
        }
    }
}
