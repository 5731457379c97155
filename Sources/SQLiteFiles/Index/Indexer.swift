import Queues
import SQLite

/// Writes full batches of the reference index to its file, outside of the commit path, and checks a
/// large file after startup.
///
/// It has a thread of its own and its own connections to the index file. It never touches the main
/// database.
package actor Indexer {
    private let executor = QueueExecutor(blockingLabel: "store.indexer")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let index: ReferenceIndex
    private let file: SideFile

    /// Consecutive failed attempts to write a batch.
    private var failures = 0

    /// The pause after the first failed attempt. It doubles with each further one, so that a full
    /// disk is not written to in a loop.
    private let retryMilliseconds: Int
    private static let retryMillisecondsMax = 60_000

    package init(index: ReferenceIndex, file: SideFile, retryMilliseconds: Int = 1_000) {
        self.index = index
        self.file = file
        self.retryMilliseconds = retryMilliseconds
    }

    /// Writes the batch that ``ReferenceIndex/prepareFlush(through:)`` has set aside; returns at
    /// once, from any thread.
    package nonisolated func wake() {
        executor.run { [self] in assumeIsolated { $0.flush() } }
    }

    /// Compares all entries of the file with its checksum, and reports a difference as damage;
    /// returns at once, from any thread.
    package nonisolated func check() {
        executor.run { [self] in assumeIsolated { $0.checkEntries() } }
    }

    /// Writes the waiting batch in one commit of the index file.
    ///
    /// A crash leaves the batch written or not; in both cases the file's watermark says so, and the
    /// rest is read from the main database at startup.
    private func flush() {
        let number = index.fileNumber
        do throws(SQLiteError) {
            // Only an existing file is opened: the writer and the readers still use the old one if
            // it was removed, and would not find entries in a new one.
            try index.flush(to: try IndexFile(existing: file.path, mode: .readWrite))
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

    /// Reads the whole file; only damage is reported, other errors appear again at the next use.
    private func checkEntries() {
        let number = index.fileNumber
        do throws(SQLiteError) {
            try IndexFile(existing: file.path, mode: .readOnly).checkEntries()
        } catch {
            if file.isGone(by: error) { index.report(error, ofFile: number) }
        }
    }
}
