import Dispatch
import Foundation

/// Blocking calls at the same time, each on a thread of its own.
enum Concurrent {
    /// The results of `body` for 0..<count, in order.
    static func map<Result: Sendable>(
        count: Int,
        _ body: @escaping @Sendable (Int) -> Result
    ) -> [Result] {
        let collected = Collected<Result>()
        let group = DispatchGroup()
        for index in 0..<count {
            group.enter()
            Thread.detachNewThread {
                collected.add(body(index), at: index)
                group.leave()
            }
        }
        group.wait()
        return collected.inOrder
    }

    private final class Collected<Result: Sendable>: @unchecked Sendable {
        private let lock = NSLock()
        private var results: [(Int, Result)] = []

        func add(_ result: Result, at index: Int) {
            lock.withLock { results.append((index, result)) }
        }

        var inOrder: [Result] { lock.withLock { results.sorted { $0.0 < $1.0 }.map(\.1) } }
    }
}
