@unsafe @preconcurrency package import Dispatch

/// Runs an actor's jobs on one serial Dispatch queue.
///
/// Swift on Linux has no `DispatchSerialQueue`, so this is the bridge: the compiler checks that the
/// actor's state stays on the queue, and blocking calls there never hold up the shared pool.
package final class QueueExecutor: SerialExecutor {
    package let queue: DispatchQueue

    package init(label: String) { queue = DispatchQueue(label: label, target: .global()) }

    /// For an actor's `unownedExecutor`. The actor must own this executor.
    @safe package var reference: UnownedSerialExecutor { unsafe asUnownedSerialExecutor() }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in unsafe job.runSynchronously(on: reference) }
    }

    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }
}
