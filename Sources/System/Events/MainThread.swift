@unsafe @preconcurrency import Dispatch
import Synchronization

/// The first thread of the program.
package enum MainThread {
    /// Runs `body` on the shared pool and blocks this thread until it returns.
    ///
    /// An asynchronous `main` would give the thread to Dispatch for good, and every closure formed
    /// in it would belong to the main actor.
    package static func wait<Value: Sendable>(
        for body: @escaping @Sendable () async -> Value
    ) -> Value {
        let done = DispatchSemaphore(value: 0)
        let result = Result<Value>()
        Task {
            let value = await body()
            result.value.withLock { $0 = value }
            done.signal()
        }
        while true {
            done.wait()
            if let value = result.value.withLock({ $0 }) { return value }
        }
    }

    private final class Result<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
