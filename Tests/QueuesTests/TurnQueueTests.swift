import Queues
import Synchronization
import Testing

/// Work that takes turns.
@Suite struct TurnQueueTests {
    private struct Refused: Error {}

    private final class Counts: Sendable {
        let running = Atomic<Int>(0)
        let done = Atomic<Int>(0)
    }

    @Test func `pieces of work run one after the other, also after one that fails`() async {
        let turns = TurnQueue(label: "test")
        let counts = Counts()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    _ = try? await turns.inTurn { () async throws(Refused) in
                        #expect(counts.running.add(1, ordering: .relaxed).newValue == 1)
                        await Task.yield()
                        counts.running.subtract(1, ordering: .relaxed)
                        counts.done.add(1, ordering: .relaxed)
                        if number.isMultiple(of: 5) { throw Refused() }
                    }
                }
            }
        }
        #expect(counts.done.load(ordering: .relaxed) == 50)
    }

    @Test func `work of a cancelled task is not run`() async {
        let turns = TurnQueue(label: "test")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await turns.inTurn { true }
        }
        #expect(await task.value == nil)
    }
}
