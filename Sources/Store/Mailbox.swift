import Queues
import Synchronization

/// Passes items from any thread to one queue, in order, with one wake-up per batch.
///
/// Items that arrive while the receiver is busy are delivered together. This turns many waiting
/// callbacks into one commit.
///
/// Generic for its tests; it stays in the module that uses it, where the compiler specialises it.
final class Mailbox<Item: Sendable>: Sendable {
    private let waiting = Mutex<[Item]>([])
    private let executor: QueueExecutor
    private let receive: @Sendable ([Item]) -> Void

    /// - Parameters:
    ///   - executor: the queue on which `receive` runs.
    ///   - receive: receives all waiting items, never an empty array.
    init(on executor: QueueExecutor, receive: @escaping @Sendable ([Item]) -> Void) {
        self.executor = executor
        self.receive = receive
    }

    /// Adds an item, and wakes the receiver if none was waiting.
    func post(_ item: Item) {
        let wasEmpty = waiting.withLock { items in
            items.append(item)
            return items.count == 1
        }
        if wasEmpty { executor.run { [self] in deliver() } }
    }

    private func deliver() {
        let items = waiting.withLock { items in
            let received = items
            items = []
            return received
        }
        if !items.isEmpty { receive(items) }
    }
}
