import Commands
import Logging
import System
import Synchronization

/// What signals ask of the service, from before its configuration is read until it has stopped.
final class SignalOrders: Sendable {
    /// Reloads and stops, in order. For one reader.
    let all: AsyncStream<Signal>
    private let continuation: AsyncStream<Signal>.Continuation
    private let isToStop = Atomic(false)
    private let log = Mutex<Log?>(nil)

    init() { (all, continuation) = AsyncStream.makeStream() }

    /// Whether a stop has been asked for.
    var isStopWanted: Bool { isToStop.load(ordering: .relaxed) }

    /// Has a stop at once logged from now on.
    func set(_ log: Log) { self.log.withLock { $0 = log } }

    /// Called on the signals' own thread, so that no work that hangs holds up a second signal.
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
