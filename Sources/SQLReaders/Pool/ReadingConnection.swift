import Queues
import Store

/// A connection that only reads, with a thread of its own: a long read delays only reads on the
/// same connection.
actor ReadingConnection {
    private let executor = QueueExecutor(blockingLabel: "store.reader")
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let source: ReaderSource

    /// The open database with its statements; nil before the first read and after
    /// ``closeFiles(of:)``.
    private var opened: ReaderTables?
    private var isClosed = false

    init(_ source: ReaderSource) { self.source = source }

    /// Runs `body`, after opening the database if necessary.
    ///
    /// - Throws: ``StoreError/closed`` after ``close()``, or the error of `body`.
    func read<Result: Sendable>(
        _ body: @Sendable (ReaderTables) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        if isClosed { throw .closed }
        let wasOpen = opened != nil
        do throws(StoreError) {
            return try body(try tables())
        } catch {
            switch source.failed(error) {
            case .none: throw error
            case .reopening: opened = nil
            case .repetition:
                opened = nil
                // The connection is closed now, so this happens once.
                if wasOpen { return try read(body) }
            }
            throw error
        }
    }

    /// Closes the files for good; later reads fail.
    func close() {
        isClosed = true
        opened = nil
    }

    /// Closes the files of all `connections`; the next reads open them again, after the last one
    /// was closed.
    ///
    /// Blocks the calling thread until the present reads have ended; must not be called on the
    /// thread of a connection.
    static func closeFiles(of connections: ArraySlice<ReadingConnection>) {
        guard let connection = connections.first else { return }
        connection.executor.runAndWait {
            connection.assumeIsolated { $0.opened = nil }
            closeFiles(of: connections.dropFirst())
        }
    }

    /// The statements, after opening the database if necessary.
    private func tables() throws(StoreError) -> ReaderTables {
        if let opened { return opened }
        let tables = try ReaderTables(try source.open())
        opened = tables
        return tables
    }
}
