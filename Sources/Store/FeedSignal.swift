import Synchronization

/// Tells those who wait that something was committed.
///
/// A waiter reads ``mark`` before it reads the database and waits beyond that mark; what is
/// committed in between wakes it at once, so nothing can be missed and nothing is held open while
/// waiting. One timer serves all deadlines: who is woken before his costs no timer of his own.
package final class FeedSignal: Sendable {
    private struct Waiter {
        let continuation: CheckedContinuation<Void, Never>
        let reference: String?
        let deadline: ContinuousClock.Instant
    }

    private struct State {
        var head: Int64

        /// Counts what was published.
        var mark: Int64 = 0
        var isOpen = true
        var nextID: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
        var feedWaiters: Set<UInt64> = []
        var referenceWaiters: [String: Set<UInt64>] = [:]

        /// When the timer wakes next; nil when it does not run.
        var timer: ContinuousClock.Instant?

        mutating func add(_ waiter: Waiter, id: UInt64) {
            waiters[id] = waiter
            if let reference = waiter.reference {
                referenceWaiters[reference, default: []].insert(id)
            } else {
                feedWaiters.insert(id)
            }
        }

        mutating func remove(_ id: UInt64) -> Waiter? {
            guard let waiter = waiters.removeValue(forKey: id) else { return nil }
            feedWaiters.remove(id)
            if let reference = waiter.reference {
                referenceWaiters[reference]?.remove(id)
                if referenceWaiters[reference]?.isEmpty == true {
                    referenceWaiters[reference] = nil
                }
            }
            return waiter
        }

        /// Takes out those whose time is up.
        mutating func removeExpired(_ now: ContinuousClock.Instant) -> [Waiter] {
            let expired = waiters.filter { $0.value.deadline <= now }
            return expired.keys.compactMap { remove($0) }
        }

        /// Whether a timer has to be started for `deadline`: none runs that wakes early enough.
        mutating func needsTimer(for deadline: ContinuousClock.Instant) -> Bool {
            if let timer, timer <= deadline { return false }
            timer = deadline
            return true
        }
    }

    private let state: Mutex<State>

    init(head: Int64) { state = Mutex(State(head: head)) }

    /// The sequence number of the newest committed transition.
    package var head: Int64 { state.withLock { $0.head } }

    /// Where a waiter stands: to be read before the database, and waited beyond.
    package var mark: Int64 { state.withLock { $0.mark } }

    /// Whether nobody may wait any more.
    package var isClosed: Bool { state.withLock { !$0.isOpen } }

    /// How many wait at the moment.
    package var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Wakes everyone who waits for one of `references`, or for the feed if that has grown.
    func publish(head: Int64, references: Set<String>) {
        let woken = state.withLock { state in
            state.mark += 1
            var ids = state.head == head ? [] : state.feedWaiters
            state.head = head
            for reference in references { ids.formUnion(state.referenceWaiters[reference] ?? []) }
            return ids.compactMap { state.remove($0) }
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    /// Wakes everyone now and lets nobody wait any more: the program is stopping.
    package func close() {
        let woken = state.withLock { state in
            state.isOpen = false
            return state.waiters.keys.compactMap { state.remove($0) }
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    /// Returns when something was committed beyond `mark` that concerns the caller, when `seconds`
    /// have passed, when the task is cancelled, or when the program stops.
    ///
    /// - Parameter reference: wait for the transaction of this merchant reference only.
    package func wait(beyond mark: Int64, about reference: String? = nil, seconds: Int) async {
        if seconds <= 0 { return }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let deadline = ContinuousClock.now + .seconds(seconds)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waiter = Waiter(
                    continuation: continuation,
                    reference: reference,
                    deadline: deadline
                )
                let (waits, needsTimer) = state.withLock { state in
                    guard state.isOpen, state.mark == mark, !Task.isCancelled else {
                        return (false, false)
                    }
                    state.add(waiter, id: id)
                    return (true, state.needsTimer(for: deadline))
                }
                if needsTimer { startTimer(deadline) }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            wake(id)
        }
    }

    private func startTimer(_ time: ContinuousClock.Instant) {
        Task { [weak self] in
            try? await Task.sleep(until: time, clock: .continuous)
            self?.wakeExpired(at: time)
        }
    }

    /// The timer set for `time` has woken.
    private func wakeExpired(at time: ContinuousClock.Instant) {
        let (expired, next) = state.withLock { state -> ([Waiter], ContinuousClock.Instant?) in
            let expired = state.removeExpired(.now)
            // One that was set later for an earlier time has taken over.
            guard state.timer == time else { return (expired, nil) }
            state.timer = state.waiters.values.map(\.deadline).min()
            return (expired, state.timer)
        }
        if let next { startTimer(next) }
        for waiter in expired { waiter.continuation.resume() }
    }

    private func wake(_ id: UInt64) {
        state.withLock { $0.remove(id) }?.continuation.resume()
    }
}
