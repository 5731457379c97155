import Foundation

/// Holds a thread until another opens it.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func open() { semaphore.signal() }

    /// False when nobody opened it for ten minutes: one that gave up earlier, on a machine that
    /// does much else, would let its test wait for what does not come.
    @discardableResult
    func wait() -> Bool { semaphore.wait(timeout: .now() + 600) == .success }
}
