/// Runs long work on a queue of its own, one piece after the other.
///
/// Any number of requests occupies at most one core, and the memory of one piece of work.
package actor TurnQueue {
    private let executor: QueueExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    /// Whether work is in progress.
    private var isBusy = false

    /// Callers that wait for their turn, oldest first.
    private var waiting: [CheckedContinuation<Void, Never>] = []

    package init(label: String) { executor = QueueExecutor(label: label) }

    /// Runs `work` on this actor after the earlier work has ended.
    ///
    /// - Returns: nil if the task was cancelled meanwhile; `work` is not run then.
    package func inTurn<Result: Sendable, Failure: Error>(
        _ work: @Sendable () async throws(Failure) -> Result
    ) async throws(Failure) -> Result? {
        if isBusy { await withCheckedContinuation { waiting.append($0) } }
        isBusy = true
        defer { leave() }
        if Task.isCancelled { return nil }
        return try await work()
    }

    /// Hands the turn to the next waiting caller.
    ///
    /// `isBusy` stays true meanwhile, so that a new caller cannot overtake it.
    private func leave() {
        if waiting.isEmpty {
            isBusy = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
