import Queues
import System

/// The connections of a client: those in use, the idle ones, and the calls that wait for one.
///
/// There are `connectionsMax` slots. A call acquires a slot, borrows a connection, and returns
/// both.
actor ConnectionPool {
    private struct Idle {
        let connection: ClientConnection
        let expiresNanoseconds: UInt64
    }

    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<HTTPClientError?, Never>
    }

    private let resources: ClientConnection.Resources
    private let executor = QueueExecutor(label: "http-client-pool")

    /// Idle connections, oldest first; together with the slots in use never more than the maximum.
    private var idle: [Idle] = []
    private var isSweepPlanned = false

    private var slotsInUse = 0

    /// Waiting calls, oldest first; not empty only while all slots are in use.
    private var waiters: [Waiter] = []
    private var waiterCount: UInt64 = 0

    /// The interruption of each call in progress, by its connection.
    private var interruptions: [ObjectIdentifier: Latch] = [:]
    private var isClosed = false
    private var closers: [CheckedContinuation<Void, Never>] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    var waitingCount: Int { waiters.count }

    private var slotsMax: Int { resources.settings.connectionsMax }

    init(_ resources: ClientConnection.Resources) { self.resources = resources }

    /// Waits for a slot, and borrows a connection to `origin` for exclusive use.
    ///
    /// The connection may be idle or not yet open. The caller must return it with
    /// ``giveBack(_:isOpen:)``.
    ///
    /// - Throws: an error of phase `queue` on timeout, cancellation or ``close()``.
    func borrow(
        to origin: Origin,
        within limit: WaitLimit
    ) async throws(HTTPClientError) -> ClientConnection {
        try await acquireSlot(within: limit)
        if isClosed {
            releaseSlot()
            throw HTTPClientError(.queue, .closed, "")
        }
        precondition(slotsInUse <= slotsMax, "no more calls run than there are slots")
        let connection = removeIdle(to: origin) ?? makeConnection(to: origin)
        interruptions[ObjectIdentifier(connection)] = limit.interruption
        return connection
    }

    /// Returns a borrowed connection and its slot.
    ///
    /// - Parameter isOpen: whether the connection can be reused.
    func giveBack(_ connection: ClientConnection, isOpen: Bool) {
        let lent = interruptions.removeValue(forKey: ObjectIdentifier(connection))
        precondition(lent != nil, "a connection is returned once")
        if isOpen, !isClosed { addIdle(connection) }
        releaseSlot()
    }

    /// Fails the waiting calls and interrupts those in progress; returns when no connection is in
    /// use.
    func close() async {
        isClosed = true
        idle = []
        let refused = waiters
        waiters = []
        let error = HTTPClientError(.queue, .closed, "")
        for waiter in refused { waiter.continuation.resume(returning: error) }
        for interruption in interruptions.values { interruption.open() }
        if slotsInUse == 0 { return }
        await withCheckedContinuation { closers.append($0) }
    }
}

// Slots.
extension ConnectionPool {
    private func acquireSlot(within limit: WaitLimit) async throws(HTTPClientError) {
        if isClosed { throw HTTPClientError(.queue, .closed, "") }
        if slotsInUse < slotsMax {
            slotsInUse += 1
            return
        }
        waiterCount += 1
        let number = waiterCount
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiters.append(Waiter(number: number, continuation: continuation))
                let milliseconds = Int((limit.remainingSeconds * 1000).rounded(.up))
                executor.run(afterMilliseconds: milliseconds) { [weak self] in
                    self?.assumeIsolated { $0.refuse(number, .timedOut, limit.limit) }
                }
            }
        } onCancel: { [executor] in
            // The queue runs this after the job that adds the waiter.
            executor.run { [weak self] in
                self?.assumeIsolated { $0.refuse(number, .cancelled) }
            }
        }
        if let error { throw error }
    }

    /// Fails one waiting call, unless it has got a slot already.
    ///
    /// - Parameter limit: the limit that the wait has reached; nil for another reason.
    private func refuse(
        _ number: UInt64,
        _ reason: HTTPClientError.Reason,
        _ limit: TimeLimit? = nil
    ) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        let detail = "all \(slotsMax) connections are in use"
        let waiter = waiters.remove(at: index)
        let error = HTTPClientError(.queue, reason, detail, limit: limit)
        waiter.continuation.resume(returning: error)
    }

    /// Passes the slot to the call that has waited longest, or frees it.
    private func releaseSlot() {
        if !waiters.isEmpty {
            waiters.removeFirst().continuation.resume(returning: nil)
            return
        }
        slotsInUse -= 1
        precondition(slotsInUse >= 0, "a slot is released once")
        guard isClosed, slotsInUse == 0 else { return }
        for closer in closers { closer.resume() }
        closers = []
    }
}

// Idle connections. A dropped connection closes when it is released.
extension ConnectionPool {
    /// Removes and returns the idle connection used last, which the server is least likely to have
    /// closed.
    private func removeIdle(to origin: Origin) -> ClientConnection? {
        dropExpired()
        guard let index = idle.lastIndex(where: { $0.connection.origin == origin }) else {
            return nil
        }
        return idle.remove(at: index).connection
    }

    private func makeConnection(to origin: Origin) -> ClientConnection {
        while slotsInUse + idle.count > slotsMax, !idle.isEmpty { idle.removeFirst() }
        return ClientConnection(to: origin, resources)
    }

    private func addIdle(_ connection: ClientConnection) {
        let lifetime = UInt64(resources.settings.idleSeconds) * 1_000_000_000
        let expires = SystemClock.monotonicNanoseconds() + lifetime
        idle.append(Idle(connection: connection, expiresNanoseconds: expires))
        planSweep()
    }

    private func dropExpired() {
        let now = SystemClock.monotonicNanoseconds()
        idle.removeAll { $0.expiresNanoseconds <= now }
    }

    /// Schedules the closing of expired idle connections, for the case that no request arrives.
    private func planSweep() {
        guard !isSweepPlanned, let first = idle.first else { return }
        isSweepPlanned = true
        let now = SystemClock.monotonicNanoseconds()
        let rest = first.expiresNanoseconds > now ? first.expiresNanoseconds - now : 0
        executor.run(afterMilliseconds: Int(rest / 1_000_000) + 1) { [weak self] in
            self?.assumeIsolated { pool in
                pool.isSweepPlanned = false
                pool.dropExpired()
                pool.planSweep()
            }
        }
    }
}
