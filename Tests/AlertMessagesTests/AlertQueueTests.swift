import Payments
import Testing

@testable import AlertMessages

/// What is to be reported.
struct AlertQueueTests {
    @Test func `an entry is reported when it is open, and again when it is resolved`() {
        var queue = AlertQueue()
        queue.add(4, .lateSuccess)
        let opened = queue.batch(of: .lateSuccess)
        #expect(opened == AlertBatch(kind: .lateSuccess, open: [4], resolved: []))
        queue.complete(opened)
        #expect(queue.waiting.isEmpty)
        #expect(queue.openIDs == [4])
        queue.resolve([4])
        #expect(queue.openIDs.isEmpty)
        let resolved = queue.batch(of: .lateSuccess)
        #expect(resolved == AlertBatch(kind: .lateSuccess, open: [], resolved: [4]))
        queue.complete(resolved)
        #expect(!queue.contains(4))
        #expect(queue.waiting.isEmpty)
    }

    @Test func `what is resolved before its message is reported once`() {
        var queue = AlertQueue()
        queue.add(4, .lateSuccess)
        queue.resolve([4, 99])
        let batch = queue.batch(of: .lateSuccess)
        #expect(batch == AlertBatch(kind: .lateSuccess, open: [], resolved: [4]))
        queue.complete(batch)
        #expect(!queue.contains(4))
        #expect(!queue.contains(99))
    }

    @Test func `what is resolved while its message is sent is reported by the next`() {
        var queue = AlertQueue()
        queue.add(4, .lateSuccess)
        let batch = queue.batch(of: .lateSuccess)
        queue.resolve([4])
        queue.complete(batch)
        #expect(queue.batch(of: .lateSuccess).resolved == [4])
    }

    @Test func `what joins while a message is sent waits for the next`() {
        var queue = AlertQueue()
        queue.add(4, .lateSuccess)
        let batch = queue.batch(of: .lateSuccess)
        queue.add(5, .lateSuccess)
        queue.complete(batch)
        #expect(queue.batch(of: .lateSuccess).open == [5])
    }

    @Test func `kinds are separate, and reported entries do not wait`() {
        var queue = AlertQueue()
        queue.add(1, .lateSuccess)
        queue.add(3, .diskLow)
        queue.add(2, .lateSuccess)
        queue.add(9, .qrRefused, isReported: true)
        #expect(queue.waiting == [.lateSuccess: 2, .diskLow: 1])
        #expect(queue.batch(of: .lateSuccess).open == [1, 2])
        #expect(queue.openIDs == [1, 2, 3, 9])
    }

    @Test func `the queue is bounded`() {
        var queue = AlertQueue()
        for id in 1..<Int64(AlertQueue.entriesMax) { queue.add(id, .diskLow) }
        #expect(!queue.isFull)
        queue.add(Int64(AlertQueue.entriesMax), .diskLow)
        #expect(queue.isFull)
        queue.resolve([1])
        queue.complete(queue.batch(of: .diskLow))
        #expect(!queue.isFull)
    }

    @Test func `open entries are described before resolved ones`() {
        let batch = AlertBatch(kind: .diskLow, open: [8, 9], resolved: [1, 2, 3, 4])
        #expect(batch.described == [8, 9, 1, 2, 3])
    }
}
