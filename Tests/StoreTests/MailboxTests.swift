import Queues
import Synchronization
import Testing

@testable import Store

/// The hand-off between threads.
@Suite struct MailboxTests {
    /// Holds its caller until it is opened.
    private final class Gate: Sendable {
        private let state = Mutex<(isOpen: Bool, waiting: CheckedContinuation<Void, Never>?)>(
            (false, nil)
        )

        func open() {
            let waiting = state.withLock { state in
                state.isOpen = true
                return state.waiting.take()
            }
            waiting?.resume()
        }

        func passed() async {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state in
                    if !state.isOpen { state.waiting = continuation }
                    return state.isOpen
                }
                if isOpen { continuation.resume() }
            }
        }
    }

    private final class Received: Sendable {
        let batches = Mutex<[[Int]]>([])

        var items: [Int] { batches.withLock { $0.flatMap { $0 } } }
    }

    @Test func `what arrives while the receiver is busy is handed over together and in order`()
        async
    {
        let executor = QueueExecutor(label: "test")
        let received = Received()
        let done = Gate()
        let mailbox = Mailbox<Int>(on: executor) { items in
            received.batches.withLock { $0.append(items) }
            if items.last == 5 { done.open() }
        }
        // The queue is busy until everything was posted.
        executor.run { for item in 1...5 { mailbox.post(item) } }
        await done.passed()
        #expect(received.batches.withLock { $0 } == [[1, 2, 3, 4, 5]])
    }

    @Test func `nothing is lost or out of order when many threads post`() async {
        let (posters, each) = (8, 2_000)
        let received = Received()
        let done = Gate()
        let mailbox = Mailbox<Int>(on: QueueExecutor(label: "test")) { items in
            #expect(!items.isEmpty)
            received.batches.withLock { $0.append(items) }
            if received.items.count == posters * each { done.open() }
        }
        await withTaskGroup(of: Void.self) { group in
            for poster in 0..<posters {
                group.addTask { for item in 0..<each { mailbox.post(poster * each + item) } }
            }
        }
        await done.passed()
        let items = received.items
        #expect(items.count == posters * each)
        for poster in 0..<posters {
            let own = items.filter { $0 / each == poster }
            #expect(own == Array(poster * each..<(poster + 1) * each))
        }
    }
}
