/// Runs tasks that prefer it on one serial Dispatch queue instead of the shared thread pool.
package final class QueueTaskExecutor: TaskExecutor {
    private let executor: QueueExecutor

    /// Makes a task executor on the queue of `executor`, which it retains.
    package init(on executor: QueueExecutor) { self.executor = executor }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        executor.run { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
