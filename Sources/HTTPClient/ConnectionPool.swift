import Queues
import Sockets

/// The client's connections: which are lent, which wait to be used again, and who waits for one.
///
/// There are `connectionsMax` places. Who is given one lends a connection, and gives back both.
actor ConnectionPool {
    private struct Idle {
        let connection: Connection
        let expiresNanoseconds: UInt64
    }

    private struct Waiter {
        let number: UInt64
        let continuation: CheckedContinuation<HTTPClientError?, Never>
    }

    private let surroundings: Connection.Surroundings
    private let executor = QueueExecutor(label: "http-client-pool")

    /// Oldest first. Together with the places that are taken they are never more than the maximum.
    private var idle: [Idle] = []
    private var isSweepPlanned = false

    private var placesTaken = 0

    /// In the order in which they came. While somebody waits, every place is taken.
    private var waiters: [Waiter] = []
    private var waiterCount: UInt64 = 0

    /// What ends each exchange that is going on.
    private var interruptions: [ObjectIdentifier: Latch] = [:]
    private var isClosed = false
    private var closers: [CheckedContinuation<Void, Never>] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.reference }

    var waitingCount: Int { waiters.count }

    private var placesMax: Int { surroundings.settings.connectionsMax }

    init(_ surroundings: Connection.Surroundings) { self.surroundings = surroundings }

    /// A connection to `origin`, which nobody else uses until it is given back; it need not be
    /// open. Waits its turn for a place.
    func lend(
        to origin: Origin,
        within limit: WaitLimit
    ) async throws(HTTPClientError) -> Connection {
        try await takePlace(within: limit)
        if isClosed {
            freePlace()
            throw HTTPClientError(.queue, .closed, "")
        }
        let connection = takeIdle(to: origin) ?? makeConnection(to: origin)
        interruptions[ObjectIdentifier(connection)] = limit.interruption
        return connection
    }

    /// - Parameter isOpen: whether the connection can be used again.
    func giveBack(_ connection: Connection, isOpen: Bool) {
        interruptions[ObjectIdentifier(connection)] = nil
        if isOpen, !isClosed { keep(connection) }
        freePlace()
    }

    /// Ends everything: who waits gets an error, what is going on is interrupted. Returns when no
    /// connection is left.
    func close() async {
        isClosed = true
        idle = []
        let refused = waiters
        waiters = []
        let error = HTTPClientError(.queue, .closed, "")
        for waiter in refused { waiter.continuation.resume(returning: error) }
        for interruption in interruptions.values { interruption.open() }
        if placesTaken == 0 { return }
        await withCheckedContinuation { closers.append($0) }
    }
}

// Places.
extension ConnectionPool {
    private func takePlace(within limit: WaitLimit) async throws(HTTPClientError) {
        if isClosed { throw HTTPClientError(.queue, .closed, "") }
        if placesTaken < placesMax {
            placesTaken += 1
            return
        }
        waiterCount += 1
        let number = waiterCount
        let error = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiters.append(Waiter(number: number, continuation: continuation))
                let milliseconds = Int((limit.remainingSeconds * 1000).rounded(.up))
                executor.run(afterMilliseconds: milliseconds) { [weak self] in
                    self?.assumeIsolated { $0.refuse(number, .timedOut) }
                }
            }
        } onCancel: { [executor] in
            // Behind the job that is adding the waiter, should that be going on.
            executor.run { [weak self] in
                self?.assumeIsolated { $0.refuse(number, .cancelled) }
            }
        }
        if let error { throw error }
    }

    /// Ends one wait, unless it has ended.
    private func refuse(_ number: UInt64, _ reason: HTTPClientError.Reason) {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
        let detail = "all \(placesMax) connections are in use"
        let waiter = waiters.remove(at: index)
        waiter.continuation.resume(returning: HTTPClientError(.queue, reason, detail))
    }

    /// Hands the place to who has waited longest.
    private func freePlace() {
        if !waiters.isEmpty {
            waiters.removeFirst().continuation.resume(returning: nil)
            return
        }
        placesTaken -= 1
        guard isClosed, placesTaken == 0 else { return }
        for closer in closers { closer.resume() }
        closers = []
    }
}

// Idle connections. One that is dropped closes itself.
extension ConnectionPool {
    /// The one used last, which is the least likely to have been closed by the server.
    private func takeIdle(to origin: Origin) -> Connection? {
        dropExpired()
        guard let index = idle.lastIndex(where: { $0.connection.origin == origin }) else {
            return nil
        }
        return idle.remove(at: index).connection
    }

    private func makeConnection(to origin: Origin) -> Connection {
        while placesTaken + idle.count > placesMax, !idle.isEmpty { idle.removeFirst() }
        return Connection(to: origin, surroundings)
    }

    private func keep(_ connection: Connection) {
        let lifetime = UInt64(surroundings.settings.idleSeconds) * 1_000_000_000
        let expires = Clock.monotonicNanoseconds() + lifetime
        idle.append(Idle(connection: connection, expiresNanoseconds: expires))
        planSweep()
    }

    private func dropExpired() {
        let now = Clock.monotonicNanoseconds()
        idle.removeAll { $0.expiresNanoseconds <= now }
    }

    /// Sees to it that idle connections are closed in time when no request comes.
    private func planSweep() {
        guard !isSweepPlanned, let first = idle.first else { return }
        isSweepPlanned = true
        let now = Clock.monotonicNanoseconds()
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
