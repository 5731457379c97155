import Commands
import Logging
import System
import Synchronization

/// What signals request of the service, from before its configuration is read until it has stopped.
final class SignalOrders: Sendable {
    /// Reloads and stops, in order; supports one consumer.
    let all: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation
    private let isToStop = Atomic(false)
    private let log = Mutex<Log?>(nil)

    init() { (all, continuation) = AsyncStream.makeStream() }

    /// Whether a stop was requested.
    var isStopWanted: Bool { isToStop.load(ordering: .relaxed) }

    /// Sets the log for the message about a second signal.
    func set(_ log: Log) { self.log.withLock { $0 = log } }

    /// Records a signal; a second request to stop ends the process at once, with exit code 69.
    ///
    /// Called on the thread of ``Signals``, so that blocked work cannot delay a second signal.
    func receive(_ signal: Signal) {
        if signal != .hangUp, isToStop.exchange(true, ordering: .relaxed) {
            let log = log.withLock { $0 }
            log?.warning("stopped at once by a second signal")
            log?.flush(withinMilliseconds: 100)
            CurrentProcess.exit(ExitCode.unavailable.rawValue)
        }
        continuation.yield(signal)
    }
}
