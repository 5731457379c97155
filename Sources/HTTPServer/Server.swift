import HTTPCore
package import Sockets
import Synchronization

/// An HTTP/1.1 server on some loops, which it may share with other servers.
package final class Server: Sendable {
    private let handler: any RequestHandler

    package init(loops: [EventLoop], limits: ServerLimits, handler: any RequestHandler) {
        self.handler = handler
    }

    /// Accepts connections on `listener` from now on, until ``drain(seconds:)``.
    package func add(_ listener: Listener) {}

    /// Stops accepting, closes idle connections, lets requests finish, and closes what remains
    /// after so many seconds. Returns when no connection is open.
    package func drain(seconds: Int) async {}

    /// Returns when every loop has got round to it; hangs when one is stuck.
    package func probe() async {}

    package var counters: ServerCounters { ServerCounters() }
}

/// What a server has done so far.
package struct ServerCounters: Equatable, Sendable {
    /// Connections that are open now.
    package var open = 0
    /// Connections accepted since the start, also those closed at the limit.
    package var accepted: UInt64 = 0
    /// Connections answered 503, or merely closed, because all were taken.
    package var refused: UInt64 = 0
}
