/// Wakes the loop of an actor: at once, or after a delay.
///
/// Wake-ups that arrive during a pass of the loop cause one further pass together. A copy wakes the
/// same loop, so ``wake()`` may be called from any thread; ``wake(after:)`` belongs to the actor
/// that stores the value.
package struct WakeUps: Sendable {
    /// Yields for each pass to run. Supports one consumer, and ends when its task is cancelled.
    package let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// The task that waits for the end of the present delay.
    private var alarm: Task<Void, Never>?

    /// The longest delay, in seconds.
    ///
    /// Due times on disk are of the wall clock, which may be set during a delay. It is also the
    /// pause before the next attempt when the store cannot be used.
    package static let delaySecondsMax = 5

    package init() {
        (signals, continuation) = AsyncStream.coalescing()
    }

    /// Causes a pass as soon as the present one has ended.
    package func wake() { continuation.yield() }

    /// Causes a pass after `delay`, from 1 ms to ``delaySecondsMax``, instead of after the delay
    /// that was set before.
    ///
    /// The lower bound keeps a due time in the past from running passes without a pause.
    package mutating func wake(after delay: Duration) {
        alarm?.cancel()
        let length = max(min(delay, .seconds(Self.delaySecondsMax)), .milliseconds(1))
        alarm = Task { [continuation] in
            try? await Task.sleep(for: length, clock: .continuous)
            if !Task.isCancelled { continuation.yield() }
        }
    }

    /// Ends the present delay without a pass.
    package mutating func cancelDelay() {
        alarm?.cancel()
        alarm = nil
    }
}

extension AsyncStream<Void> {
    /// A stream that holds one element at most: several events before a read are one.
    package static func coalescing() -> (stream: AsyncStream, continuation: Continuation) {
        makeStream(bufferingPolicy: .bufferingNewest(1))
    }
}
