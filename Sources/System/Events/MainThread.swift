@unsafe @preconcurrency import Dispatch
import Synchronization

/// The thread that the program began on.
package enum MainThread {
    /// Runs `body` on the shared pool and blocks this thread until it has returned.
    ///
    /// An asynchronous `main` would hand the thread to Dispatch for good and make every closure
    /// formed there belong to the main actor; this keeps both out of the program.
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
