import APIModel
package import Configuration
import HTTPCore
import Queues
import Synchronization

/// Makes the long documents of the API, dossiers and reports: one at a time, on a queue of its own.
///
/// However many are asked for, one core is busy at most and one document is in memory.
package actor EvidenceDesk {
    private let executor = QueueExecutor(label: "evidence")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let current: Mutex<EvidenceKeys>
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(_ loaded: LoadedConfiguration) { current = Mutex(EvidenceKeys(loaded)) }

    /// Verifies from now on with the keys of `loaded`.
    nonisolated func apply(_ loaded: LoadedConfiguration) {
        let new = EvidenceKeys(loaded)
        current.withLock { $0 = new }
    }

    /// The keys of today.
    nonisolated var keys: EvidenceKeys { current.withLock { $0 } }

    /// Runs `work` here when those that came before have ended; not at all for a client that has
    /// gone meanwhile.
    func inTurn(
        _ work: @Sendable () async throws(Problem) -> Response
    ) async throws(Problem) -> Response {
        if isTaken { await withCheckedContinuation { waiting.append($0) } }
        isTaken = true
        defer { leave() }
        if Task.isCancelled { throw Problem(.overloaded, "The client has gone.") }
        return try await work()
    }

    /// The next one takes the place over, so that nobody slips in between.
    private func leave() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
