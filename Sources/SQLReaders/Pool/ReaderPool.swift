import Store
import Synchronization

/// The reading connections, each with a thread of its own; each read uses the first idle one.
///
/// A connection opens its files at its first read. As long as reads do not overlap, the other
/// connections stay closed and cost nothing.
final class ReaderPool: Sendable {
    /// The state that the lock guards; held for assignments only, never during a read.
    private struct State {
        var seats = ReaderSeats(count: connectionCount)
        var nextID: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Int, Never>] = [:]
    }

    /// One connection for the feed, one that reports leave to look-ups, and two more.
    static let connectionCount = 4

    private let connections: [ReadingConnection]
    private let state = Mutex(State())

    init(_ source: ReaderSource) {
        connections = (0..<Self.connectionCount).map { _ in ReadingConnection(source) }
    }

    /// Runs `body` on the first idle connection that `purpose` may use; waits for one if necessary.
    ///
    /// Reads of one purpose start in the order of their calls. A cancelled task still waits for its
    /// turn.
    ///
    /// - Throws: ``StoreError/closed`` after ``close()``, or the error of `body`.
    func read<Result: Sendable>(
        _ purpose: ReadPurpose,
        _ body: @Sendable (ReaderTables) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let seat = await acquire(purpose)
        defer { release(seat, purpose) }
        return try await connections[seat].read(body)
    }

    /// Closes the files for good, after the present reads.
    func close() async { for connection in connections { await connection.close() } }

    /// Closes the files; the next read opens them again. Blocks until the present reads have ended.
    ///
    /// For a moment all of them are closed, so that nothing of them is left in the process.
    func closeFiles() { ReadingConnection.closeFiles(of: connections[...]) }

    /// Waits for a connection and returns its index.
    private func acquire(_ purpose: ReadPurpose) async -> Int {
        await withCheckedContinuation { continuation in
            let seat = state.withLock { state -> Int? in
                state.nextID += 1
                let seat = state.seats.acquire(purpose, id: state.nextID)
                if seat == nil { state.waiters[state.nextID] = continuation }
                return seat
            }
            if let seat { continuation.resume(returning: seat) }
        }
    }

    /// Returns a connection, and resumes the reads that can start now.
    private func release(_ seat: Int, _ purpose: ReadPurpose) {
        let resumed = state.withLock { state in
            state.seats.release(seat, purpose).compactMap { id, seat in
                state.waiters.removeValue(forKey: id).map { (waiter: $0, seat: seat) }
            }
        }
        for (waiter, seat) in resumed { waiter.resume(returning: seat) }
    }
}
