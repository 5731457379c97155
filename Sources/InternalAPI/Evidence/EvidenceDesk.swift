import APIModel
package import Configuration
import HTTPCore
import Queues
import Synchronization

/// Makes dossiers and gateway reports, one at a time, on a queue of its own.
///
/// Any number of requests occupies at most one core and the memory of one document.
package actor EvidenceDesk {
    private let executor = QueueExecutor(label: "evidence")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    private let current: Mutex<EvidenceKeys>

    /// Whether a document is being made.
    private var isTaken = false

    /// Requests that wait for their turn, oldest first.
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(_ loaded: LoadedConfiguration) { current = Mutex(EvidenceKeys(loaded)) }

    /// Verifies with the keys of `loaded` from now on.
    nonisolated func apply(_ loaded: LoadedConfiguration) {
        let new = EvidenceKeys(loaded)
        current.withLock { $0 = new }
    }

    /// The current keys.
    nonisolated var keys: EvidenceKeys { current.withLock { $0 } }

    /// Runs `work` on this actor after the earlier requests have ended.
    ///
    /// If the client has disconnected meanwhile, `work` is not run.
    func inTurn(
        _ work: @Sendable () async throws(Problem) -> Response
    ) async throws(Problem) -> Response {
        if isTaken { await withCheckedContinuation { waiting.append($0) } }
        isTaken = true
        defer { leave() }
        if Task.isCancelled { throw Problem(.overloaded, "The client has disconnected.") }
        return try await work()
    }

    /// Hands the turn to the next waiting request.
    ///
    /// `isTaken` stays true meanwhile, so that a new request cannot overtake it.
    private func leave() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
