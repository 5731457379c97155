import Foundation

/// Holds a thread until another opens it, for ten seconds at most.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    /// False when nobody came to open it.
    @discardableResult
    func wait() -> Bool { semaphore.wait(timeout: .now() + 10) == .success }
}
