import Queues
import Support
import Synchronization
import Testing

/// Actors on queues.
@Suite struct QueueExecutorTests {
    private actor Counter {
        private let executor: QueueExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }
        private(set) var count = 0

        init(_ executor: QueueExecutor) { self.executor = executor }

        func increment() { count += 1 }

        nonisolated func incrementOnQueue() {
            executor.run { [self] in assumeIsolated { $0.increment() } }
        }

        nonisolated func claim() { assumeIsolated { $0.increment() } }

        nonisolated func incrementSoon() {
            executor.run(afterMilliseconds: 1) { [self] in assumeIsolated { $0.increment() } }
        }
    }

    @Test(arguments: [true, false])
    func `an actor's jobs and the queue's work never run at once`(isBlocking: Bool) async {
        let executor =
            isBlocking ? QueueExecutor(blockingLabel: "test") : QueueExecutor(label: "test")
        let counter = Counter(executor)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask { await counter.increment() }
                group.addTask { counter.incrementOnQueue() }
            }
        }
        // Everything that was enqueued before is done when this comes back.
        #expect(await counter.count == 400)
    }

    @Test func `delayed work runs on the queue`() async {
        let counter = Counter(QueueExecutor(label: "test"))
        counter.incrementSoon()
        #expect(await Patience.reaches { await counter.count == 1 })
    }

    @Test func `claiming the actor off its queue stops the program`() async {
        await #expect(processExitsWith: .failure) {
            let counter = Counter(QueueExecutor(label: "test"))
            counter.claim()
        }
    }
}
