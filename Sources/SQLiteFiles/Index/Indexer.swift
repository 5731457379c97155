import Queues
import SQLite

/// Writes full batches of the index to its file, off the commit path, and checks a large file after
/// the start.
package actor Indexer {
    private let executor = QueueExecutor(blockingLabel: "store.indexer")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let index: ReferenceIndex
    private let file: SideFile
    private var failures = 0

    /// After a failed attempt: doubled each time, so that a full disk is not written to in a loop.
    private let retryMilliseconds: Int
    private static let retryMillisecondsMax = 60_000

    package init(index: ReferenceIndex, file: SideFile, retryMilliseconds: Int = 1_000) {
        self.index = index
        self.file = file
        self.retryMilliseconds = retryMilliseconds
    }

    /// Writes the batch that was set aside, soon.
    package nonisolated func wake() {
        executor.run { [self] in assumeIsolated { $0.flush() } }
    }

    /// Reads the whole file, soon, and reports what is missing in it.
    package nonisolated func check() {
        executor.run { [self] in assumeIsolated { $0.checkEntries() } }
    }

    private func flush() {
        let number = index.fileNumber
        do throws(SQLiteError) {
            // Never a new file: the writer and the readers would go on looking into the old one.
            try index.flush(to: try LookupFile(existing: file.path, mode: .readWrite))
            failures = 0
        } catch {
            if file.isGone(by: error) { return index.report(error, ofFile: number) }
            // The entries stay in memory until an attempt succeeds.
            if failures == 0 { file.report(error) }
            failures += 1
            let delay = min(
                retryMilliseconds << min(failures - 1, 10),
                Self.retryMillisecondsMax
            )
            executor.run(afterMilliseconds: delay) { [self] in assumeIsolated { $0.flush() } }
        }
    }

    private func checkEntries() {
        let number = index.fileNumber
        do throws(SQLiteError) {
            try LookupFile(existing: file.path, mode: .readOnly).checkEntries()
        } catch {
            if file.isGone(by: error) { index.report(error, ofFile: number) }
        }
    }
}
