import Ledger
import Queues
import Support
import Synchronization
import Testing

@testable import SQLiteStore
@testable import Store

/// "The writer only judges, commits and hands on."
@Suite(.onSQLite) struct HandOverTests {
    /// Keeps what is handed over until it is told to run it.
    private final class RecordingQueue: CompletionQueue {
        let batches = Mutex<[[Completion]]>([])

        func run(_ completions: [Completion]) {
            batches.withLock { $0.append(completions) }
        }
    }

    @Test func `a commit is handed over once for each queue, in order`() async throws {
        let test = try await TestStore()
        let queues = [RecordingQueue(), RecordingQueue()]
        let order = Mutex<[Int]>([])
        let numbers = 0..<20

        let gate = await test.holdWriter()
        for number in numbers {
            let delivery = try TestDelivery {
                $0.setReferences(number)
            }.delivery
            test.store.submit(delivery, completingOn: queues[number % 2]) { result in
                #expect((try? result.get()) != nil)
                order.withLock { $0.append(number) }
            }
        }
        gate.open()
        // The first may share their commit, and is completed before they are handed over.
        for _ in 0..<2 { try await test.store.probe() }

        #expect(order.withLock { $0 } == [], "nothing runs on the writer")
        for (parity, queue) in queues.enumerated() {
            let batches = queue.batches.withLock { $0 }
            #expect(batches.map(\.count) == [10])
            for completion in batches.joined() { completion.run() }
            let expected = numbers.filter { $0 % 2 == parity }
            #expect(order.withLock { $0 }.suffix(10) == expected[...])
        }
    }

    @Test func `a failed commit is handed over, too`() async throws {
        let test = try await TestStore()
        await test.store.close()
        let queue = RecordingQueue()
        let errors = Mutex<[StoreError]>([])
        test.store.submit(try TestDelivery { _ in }.delivery, completingOn: queue) { result in
            if case .failure(let error) = result { errors.withLock { $0.append(error) } }
        }
        for _ in 0..<2 {
            await #expect(throws: StoreError.closed) { try await test.store.probe() }
        }
        #expect(errors.withLock { $0 } == [])
        for completion in queue.batches.withLock({ $0 }).joined() { completion.run() }
        #expect(errors.withLock { $0 } == [.closed])
    }
}
