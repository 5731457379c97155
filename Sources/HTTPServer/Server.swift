import HTTPCore
package import Sockets
import Synchronization

/// An HTTP/1.1 server on some loops, which it may share with other servers.
package final class Server: Sendable {
    let handler: any RequestHandler
    let shares: [LoopShare]
    private let currentLimits: Mutex<ServerLimits>
    private let requestNumber = Atomic<UInt64>(0)
    private let draining = Atomic(false)

    /// Open connections that count for the limit.
    private let openCount = Atomic(0)

    /// Connections beyond the limit that are being told so.
    private let refusedOpenCount = Atomic(0)
    private let acceptedCount = Atomic<UInt64>(0)
    private let refusedCount = Atomic<UInt64>(0)

    /// Who waits for the last connection to close.
    private let closeWaiters = Mutex<[CheckedContinuation<Void, Never>]>([])

    /// A server that accepts on the first of `loops`, of which there must be one, and serves on
    /// all.
    package init(loops: [EventLoop], limits: ServerLimits, handler: any RequestHandler) {
        precondition(!loops.isEmpty, "a server needs a loop")
        shares = loops.enumerated().map { LoopShare($1, index: $0) }
        currentLimits = Mutex(limits)
        self.handler = handler
    }

    /// What connections accepted from now on are held to.
    package var limits: ServerLimits {
        get { currentLimits.withLock { $0 } }
        set { currentLimits.withLock { $0 = newValue } }
    }

    /// Accepts connections on `listener` from now on, until ``drain(seconds:)``, which closes it.
    package func add(_ listener: Listener) {
        shares[0].loop.post { [self] loop in Acceptor(listener, server: self).start(on: loop) }
    }

    /// Whether ``drain(seconds:)`` has been called.
    package var isDraining: Bool { draining.load(ordering: .acquiring) }

    package var counters: ServerCounters {
        ServerCounters(
            open: openCount.load(ordering: .relaxed),
            accepted: acceptedCount.load(ordering: .relaxed),
            refused: refusedCount.load(ordering: .relaxed)
        )
    }

    /// The number of a new request.
    func nextRequestNumber() -> UInt64 {
        requestNumber.add(1, ordering: .relaxed).newValue
    }
}

/// What a server has done so far.
package struct ServerCounters: Equatable, Sendable {
    /// Connections that are open now, but for those that are merely being refused.
    package let open: Int
    /// Connections accepted since the start, including the refused ones.
    package let accepted: UInt64
    /// Connections answered 503, or merely closed, because all were taken.
    package let refused: UInt64
}

// Connections come and go.
extension Server {
    /// Gives a new connection to the loop that has the fewest; called on `current`.
    func take(_ accepted: consuming Accepted, on current: isolated EventLoop) {
        acceptedCount.add(1, ordering: .relaxed)
        let peer = Peer(address: accepted.peer)
        let descriptor = accepted.take()
        let isRefused = openCount.load(ordering: .relaxed) >= limits.connections
        if isRefused {
            refusedCount.add(1, ordering: .relaxed)
            // Beyond that the connection is just closed, by going out of scope.
            let beingRefused = refusedOpenCount.load(ordering: .relaxed)
            guard beingRefused < ServerLimits.refusedConnectionsMax else { return }
        }
        let share = leastLoadedShare(preferring: current)
        willServe(on: share, isRefused: isRefused)
        share.loop.post(descriptor) { [self] descriptor, loop in
            Connection(descriptor, peer: peer, isRefused: isRefused, server: self, share: share)
                .start(on: loop)
        }
    }

    private func leastLoadedShare(preferring current: EventLoop) -> LoopShare {
        var best = shares[0]
        var least = Int.max
        for share in shares {
            let count = share.connectionCount.load(ordering: .relaxed)
            // Of equals the loop that runs anyway: no other has to be woken.
            if count < least || (count == least && share.loop === current) {
                best = share
                least = count
            }
        }
        return best
    }

    /// A connection is about to be served on a loop.
    func willServe(on share: LoopShare, isRefused: Bool = false) {
        share.connectionCount.add(1, ordering: .relaxed)
        count(1, isRefused: isRefused)
    }

    /// A connection has been closed.
    func didClose(_ connection: Connection) {
        connection.share.connectionCount.subtract(1, ordering: .relaxed)
        count(-1, isRefused: connection.isRefused)
        if isDraining { releaseCloseWaiters() }
    }

    private func count(_ change: Int, isRefused: Bool) {
        if isRefused {
            refusedOpenCount.add(change, ordering: .acquiringAndReleasing)
        } else {
            openCount.add(change, ordering: .acquiringAndReleasing)
        }
    }

    func beginDraining() { draining.store(true, ordering: .releasing) }

    /// Returns when no connection is open, after the server has begun to drain.
    func allClosed() async {
        await withCheckedContinuation { continuation in
            closeWaiters.withLock { $0.append(continuation) }
            releaseCloseWaiters()
        }
    }

    private func releaseCloseWaiters() {
        let isAnyOpen =
            openCount.load(ordering: .acquiring) > 0
            || refusedOpenCount.load(ordering: .acquiring) > 0
        guard !isAnyOpen else { return }
        let waiters = closeWaiters.withLock { waiters in
            defer { waiters = [] }
            return waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
