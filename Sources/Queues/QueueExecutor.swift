@unsafe @preconcurrency package import Dispatch

/// Runs an actor's jobs on one serial Dispatch queue.
///
/// Swift on Linux has no `DispatchSerialQueue`, so this is the bridge: the compiler checks that the
/// actor's state stays on the queue, and blocking calls there never hold up the shared pool.
package final class QueueExecutor: SerialExecutor {
    package let queue: DispatchQueue

    /// An executor whose jobs share the global pool of threads.
    package init(label: String) { queue = DispatchQueue(label: label, target: .global()) }

    /// An executor whose queue has a thread of its own while it is busy: for work that blocks, such
    /// as a commit that waits for the disk.
    package init(blockingLabel label: String) { queue = DispatchQueue(label: label) }

    /// For an actor's `unownedExecutor`. The actor must own this executor.
    @safe package var reference: UnownedSerialExecutor { unsafe asUnownedSerialExecutor() }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in unsafe job.runSynchronously(on: reference) }
    }

    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }

    /// Runs `work` on the queue, after what was enqueued before.
    package func run(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    /// Waits until everything that was enqueued before has run; false when it takes longer.
    ///
    /// Blocks the calling thread. Not to be called on the queue itself.
    package func wait(withinMilliseconds milliseconds: Int) -> Bool {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        return done.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }

    /// Runs `work` on the queue and waits for it: not from the queue itself.
    package func runAndWait(_ work: @Sendable () -> Void) {
        dispatchPrecondition(condition: .notOnQueue(queue))
        queue.sync(execute: work)
    }

    /// Runs `work` on the queue once `milliseconds` have passed.
    package func run(afterMilliseconds milliseconds: Int, _ work: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds), execute: work)
    }
}
