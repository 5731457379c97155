import SQLite
import Store
import Synchronization

/// Reading connections, each on a thread of its own, of which each read takes the first idle one.
///
/// A connection is opened when it is first needed: while one read follows another, the second and
/// third of them cost nothing.
final class ReaderPool: Sendable {
    private struct State {
        var seats = ReaderSeats(count: connectionCount)
        var nextID: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Int, Never>] = [:]
    }

    /// One for the feed, one that reports leave to look-ups, and two more.
    static let connectionCount = 4

    private let connections: [ReadingConnection]
    private let state = Mutex(State())

    init(_ readable: ReadableFiles) {
        connections = (0..<Self.connectionCount).map { _ in ReadingConnection(readable) }
    }

    /// Runs `body` on the first idle connection that `purpose` may use, and waits for one if need
    /// be: first come, first served among those of one purpose.
    func read<Result: Sendable>(
        _ purpose: ReadPurpose,
        _ body: @Sendable (ReaderTables) throws(SQLiteError) -> Result
    ) async throws(StoreError) -> Result {
        let seat = await take(purpose)
        defer { release(seat, purpose) }
        return try await connections[seat].read(body)
    }

    /// Lets go of the files for good, after the reads that are under way.
    func close() async { for connection in connections { await connection.close() } }

    /// Lets go of the files; the next read opens them again. Called from a thread that can wait for
    /// reads to end.
    func letGo() { for connection in connections { connection.letGo() } }

    private func take(_ purpose: ReadPurpose) async -> Int {
        await withCheckedContinuation { continuation in
            let seat = state.withLock { state -> Int? in
                state.nextID += 1
                let seat = state.seats.take(purpose, id: state.nextID)
                if seat == nil { state.waiters[state.nextID] = continuation }
                return seat
            }
            if let seat { continuation.resume(returning: seat) }
        }
    }

    private func release(_ seat: Int, _ purpose: ReadPurpose) {
        let resumed = state.withLock { state in
            state.seats.release(seat, purpose).compactMap { id, seat in
                state.waiters.removeValue(forKey: id).map { (waiter: $0, seat: seat) }
            }
        }
        for (waiter, seat) in resumed { waiter.resume(returning: seat) }
    }
}
