import HTTPCore
package import System
import Synchronization

/// An HTTP/1.1 server on one or more loops, which it may share with other servers.
package final class Server: Sendable {
    let handler: any RequestHandler
    let shares: [LoopShare]
    private let currentLimits: Mutex<ServerLimits>
    private let requestNumber = Atomic<UInt64>(0)
    private let draining = Atomic(false)

    /// Open connections that count towards the limit.
    private let openCount = Atomic(0)

    /// Open connections beyond the limit, which only receive a 503.
    private let refusedOpenCount = Atomic(0)
    private let acceptedCount = Atomic<UInt64>(0)
    private let refusedCount = Atomic<UInt64>(0)

    /// Calls that wait for the last connection to close.
    private let closeWaiters = Mutex<[CheckedContinuation<Void, Never>]>([])

    /// Makes a server that accepts on the first of `loops` and serves on all of them.
    ///
    /// - Precondition: `loops` is not empty.
    package init(loops: [EventLoop], limits: ServerLimits, handler: any RequestHandler) {
        precondition(!loops.isEmpty, "a server needs a loop")
        shares = loops.enumerated().map { LoopShare($1, index: $0) }
        currentLimits = Mutex(limits)
        self.handler = handler
    }

    /// The limits of connections accepted from now on.
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

    /// The counts; each is exact, but they are not read at the same instant.
    package var counters: ServerCounters {
        ServerCounters(
            open: openCount.load(ordering: .relaxed),
            accepted: acceptedCount.load(ordering: .relaxed),
            refused: refusedCount.load(ordering: .relaxed),
            requests: requestNumber.load(ordering: .relaxed)
        )
    }

    /// The number of a new request.
    func nextRequestNumber() -> UInt64 {
        requestNumber.add(1, ordering: .relaxed).newValue
    }
}

/// Connection and request counts of a server.
package struct ServerCounters: Equatable, Sendable {
    /// Connections that are open now, without those beyond the limit.
    package let open: Int
    /// Connections accepted since the start, including the refused ones.
    package let accepted: UInt64
    /// Connections beyond the limit, which got a 503 or were closed at once.
    package let refused: UInt64
    /// Requests since the start, including those that were refused.
    package let requests: UInt64
}

// The lifetime of connections.
extension Server {
    /// Assigns a new connection to the loop with the fewest; called on `current`.
    func assign(_ accepted: consuming Accepted, on current: isolated EventLoop) {
        acceptedCount.add(1, ordering: .relaxed)
        let peer = Peer(address: accepted.peer)
        let descriptor = accepted.releaseDescriptor()
        let isRefused = openCount.load(ordering: .relaxed) >= limits.connections
        if isRefused {
            refusedCount.add(1, ordering: .relaxed)
            // Beyond this number the connection is only closed, by going out of scope.
            let beingRefused = refusedOpenCount.load(ordering: .relaxed)
            guard beingRefused < ServerLimits.refusedConnectionsMax else { return }
        }
        let share = leastLoadedShare(preferring: current)
        willServe(on: share, isRefused: isRefused)
        share.loop.post(descriptor) { [self] descriptor, loop in
            ServerConnection(
                descriptor,
                peer: peer,
                isRefused: isRefused,
                server: self,
                share: share
            )
            .start(on: loop)
        }
    }

    private func leastLoadedShare(preferring current: EventLoop) -> LoopShare {
        var best = shares[0]
        var least = Int.max
        for share in shares {
            let count = share.connectionCount.load(ordering: .relaxed)
            // Among equals the current loop is preferred, because no other has to be woken.
            if count < least || (count == least && share.loop === current) {
                best = share
                least = count
            }
        }
        return best
    }

    /// Counts a connection that is about to be served on a loop.
    func willServe(on share: LoopShare, isRefused: Bool = false) {
        share.connectionCount.add(1, ordering: .relaxed)
        count(1, isRefused: isRefused)
    }

    /// Removes a closed connection from the counts.
    func didClose(_ connection: ServerConnection) {
        connection.share.connectionCount.subtract(1, ordering: .relaxed)
        count(-1, isRefused: connection.isRefused)
        if isDraining { releaseCloseWaiters() }
    }

    private func count(_ change: Int, isRefused: Bool) {
        if isRefused {
            let open = refusedOpenCount.add(change, ordering: .acquiringAndReleasing).newValue
            precondition(open >= 0, "a connection closes once")
        } else {
            let open = openCount.add(change, ordering: .acquiringAndReleasing).newValue
            precondition(open >= 0, "a connection closes once")
        }
    }

    func beginDraining() { draining.store(true, ordering: .releasing) }

    /// Returns when no connection is open; call it after ``beginDraining()``.
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
