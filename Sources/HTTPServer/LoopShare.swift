import HTTPCore
import Sockets
import Synchronization

/// One of a server's loops, and what the server has there.
final class LoopShare: Sendable {
    let loop: EventLoop

    /// Its place among the server's loops.
    let index: Int

    /// Connections of the server on this loop, also those that are on their way to it.
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

    /// The time for the Date field, made once a second.
    func date() -> HTTPDate {
        let seconds = Int(Clock.realtimeMilliseconds() / 1000)
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
