@unsafe @preconcurrency import Dispatch
import Queues
import Testing

/// Tasks on a queue.
@Suite struct QueueTaskExecutorTests {
    @Test func `a task that prefers it runs on its queue, also after a wait`() async {
        let queue = QueueExecutor(label: "test")
        let executor = QueueTaskExecutor(on: queue)
        await withTaskExecutorPreference(executor) {
            dispatchPrecondition(condition: .onQueue(queue.queue))
            await Task.yield()
            await withCheckedContinuation { continuation in
                Task.detached { continuation.resume() }
            }
            dispatchPrecondition(condition: .onQueue(queue.queue))
        }
    }
}
