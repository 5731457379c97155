import HTTPCore
import System
import Synchronization

/// One loop of a server, with the server's state on that loop.
final class LoopShare: Sendable {
    let loop: EventLoop

    /// The index of the loop among the server's loops.
    let index: Int

    /// Connections of the server on this loop, including those being handed over to it.
    let connectionCount = Atomic(0)

    private struct DatedSecond {
        var epochSeconds = -1
        var date = HTTPDate(epochSeconds: 0)
    }

    private let lastDate = Mutex(DatedSecond())

    init(_ loop: EventLoop, index: Int) {
        self.loop = loop
        self.index = index
    }

    /// The current value of the Date field, formatted once a second.
    func date() -> HTTPDate {
        let seconds = Int(SystemClock.realtimeMilliseconds() / 1000)
        return lastDate.withLock { last in
            if last.epochSeconds != seconds {
                last = DatedSecond(
                    epochSeconds: seconds,
                    date: HTTPDate(epochSeconds: seconds)
                )
            }
            return last.date
        }
    }
}
