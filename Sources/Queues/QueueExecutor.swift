@unsafe @preconcurrency package import Dispatch

/// Runs an actor's jobs on one serial Dispatch queue.
///
/// Swift on Linux has no `DispatchSerialQueue` executor, so this type bridges the two. The compiler
/// checks that the actor's state stays on the queue, and blocking calls there do not block the
/// shared thread pool.
package final class QueueExecutor: SerialExecutor {
    package let queue: DispatchQueue

    /// Makes an executor whose jobs run on the global thread pool.
    package init(label: String) {
        Self.prepareTimers
        queue = DispatchQueue(label: label, target: .global())
    }

    /// Makes an executor whose queue has a thread of its own while it is busy.
    ///
    /// For work that blocks, such as a commit that waits for the disk.
    package init(blockingLabel label: String) {
        Self.prepareTimers
        queue = DispatchQueue(label: label)
    }

    /// Runs one timer, once in the process.
    ///
    /// Dispatch creates the descriptor of its timers with the first one, on a thread of its own.
    /// When no descriptor is left by then, that timer and all later ones never fire
    /// (swift-corelibs-libdispatch, `event_epoll.c`).
    private static let prepareTimers: Void = {
        let fired = DispatchSemaphore(value: 0)
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(1)) { fired.signal() }
        _ = fired.wait(timeout: .now() + .seconds(1))
    }()

    /// The value for an actor's `unownedExecutor`; the actor must own this executor.
    @safe package var reference: UnownedSerialExecutor { unsafe asUnownedSerialExecutor() }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in unsafe job.runSynchronously(on: reference) }
    }

    package func checkIsolated() { dispatchPrecondition(condition: .onQueue(queue)) }

    /// Runs `work` on the queue, after the work enqueued before.
    package func run(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    /// Waits until all work enqueued before has run; returns false on timeout.
    ///
    /// Blocks the calling thread. Must not be called on the queue itself.
    package func wait(withinMilliseconds milliseconds: Int) -> Bool {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        return done.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }

    /// Runs `work` on the queue and waits for it; must not be called on the queue itself.
    package func runAndWait(_ work: @Sendable () -> Void) {
        dispatchPrecondition(condition: .notOnQueue(queue))
        queue.sync(execute: work)
    }

    /// Runs `work` on the queue once `milliseconds` have passed.
    package func run(afterMilliseconds milliseconds: Int, _ work: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds), execute: work)
    }
}
