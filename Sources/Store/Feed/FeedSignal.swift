package import Queues
import Synchronization

/// Tells those who wait that something was committed.
///
/// A follower of the feed waits behind its position, a reader of one payment beyond a ``mark`` that
/// it took before it read the database: what was committed in between ends the wait at once, so
/// that nothing can be missed and nothing is held open while waiting.
///
/// Followers are woken together, at a pace that leaves callbacks their processors (``WakePace``).
/// The writer only says what it has committed: waking happens on a thread of its
/// own, where followers should run too.
package final class FeedSignal: Sendable {
    private struct Waiter {
        /// What a waiter waits for.
        enum Subject {
            /// Transitions behind a position.
            case feed(position: Int64)
            /// A change of the transaction with this reference.
            case reference(String)
        }

        let continuation: CheckedContinuation<Void, Never>
        let subject: Subject
        let deadline: ContinuousClock.Instant

        /// Whether it follows the feed and there is something of it that it does not have.
        func isBehind(_ head: Int64) -> Bool {
            if case .feed(let position) = subject { position < head } else { false }
        }
    }

    /// What one lock guards: its properties change together.
    private struct State {
        /// The newest sequence number that was published.
        var head: Int64

        /// The newest sequence number that followers have been woken for, or need not wait for.
        var announced: Int64

        /// Counts what was published.
        var mark: Int64 = 0
        var isOpen = true
        var nextID: UInt64 = 0
        var followers: [UInt64: Waiter] = [:]
        var readers: [UInt64: Waiter] = [:]

        /// The ids of ``readers``, by reference.
        var readersByReference: [String: Set<UInt64>] = [:]
        var pace: WakePace
        var isWakeDue = false

        /// When the timer for deadlines wakes next; nil when it does not run.
        var timer: ContinuousClock.Instant?

        var waiters: some Collection<Waiter> { [followers.values, readers.values].joined() }

        mutating func add(_ waiter: Waiter, id: UInt64) {
            switch waiter.subject {
            case .feed: followers[id] = waiter
            case .reference(let reference):
                readers[id] = waiter
                readersByReference[reference, default: []].insert(id)
            }
        }

        mutating func remove(_ id: UInt64) -> Waiter? {
            if let follower = followers.removeValue(forKey: id) { return follower }
            guard let reader = readers.removeValue(forKey: id) else { return nil }
            if case .reference(let reference) = reader.subject {
                readersByReference[reference]?.remove(id)
                if readersByReference[reference]?.isEmpty == true {
                    readersByReference[reference] = nil
                }
            }
            return reader
        }

        mutating func removeAll() -> [Waiter] {
            let all = Array(followers.values) + Array(readers.values)
            followers = [:]
            readers = [:]
            readersByReference = [:]
            return all
        }

        /// Takes out those whose time is up.
        mutating func removeExpired(_ now: ContinuousClock.Instant) -> [Waiter] {
            let expired =
                followers.filter { $0.value.deadline <= now }.map(\.key)
                + readers.filter { $0.value.deadline <= now }.map(\.key)
            return expired.compactMap { remove($0) }
        }

        /// Takes out the followers for whom there is something, which is announced thereby.
        mutating func removeFollowers(at now: ContinuousClock.Instant) -> [Waiter] {
            isWakeDue = false
            var woken: [Waiter] = []
            for (id, follower) in followers where follower.isBehind(head) {
                woken.append(follower)
                followers[id] = nil
            }
            // Those who waited may have gone: the next to come have a wake made due.
            if woken.isEmpty { return [] }
            announced = head
            pace.note(woken.count, at: now)
            return woken
        }

        /// Whether a timer has to be started for `deadline`: none runs that wakes early enough.
        mutating func needsTimer(for deadline: ContinuousClock.Instant) -> Bool {
            if let timer, timer <= deadline { return false }
            timer = deadline
            return true
        }

        /// The pause before the next wake, which becomes due; nil when one is due already.
        mutating func scheduleWake(at now: ContinuousClock.Instant) -> Duration? {
            if isWakeDue { return nil }
            isWakeDue = true
            return pace.delay(at: now, waiting: followers.count)
        }
    }

    /// Where followers should run, and where they are woken: a thread that belongs to neither
    /// callbacks nor the writer.
    package let followers: QueueTaskExecutor
    private let executor = QueueExecutor(blockingLabel: "store.followers")
    private let state: Mutex<State>

    init(head: Int64) {
        followers = QueueTaskExecutor(on: executor)
        state = Mutex(State(head: head, announced: head, pace: WakePace(now: .now)))
    }

    /// Where a reader stands: to be read before the database, and waited beyond.
    package var mark: Int64 { state.withLock { $0.mark } }

    /// Whether nobody may wait any more.
    package var isClosed: Bool { state.withLock { !$0.isOpen } }

    /// How many wait at the moment.
    package var waiterCount: Int {
        state.withLock { $0.followers.count + $0.readers.count }
    }

    // MARK: Publishing

    /// Wakes those who wait for one of `references` now, and those who follow the feed, if it has
    /// grown, when their pace allows it.
    func publish(head: Int64, references: [String]) {
        let (woken, pause) = state.withLock { state -> ([Waiter], Duration?) in
            precondition(head >= state.head, "the head goes back by reset(head:) only")
            state.mark += 1
            let hasGrown = state.head != head
            state.head = head
            var woken: [Waiter] = []
            if !state.readers.isEmpty {
                let ids = references.flatMap { state.readersByReference[$0] ?? [] }
                woken = ids.compactMap { state.remove($0) }
            }
            // Whoever comes later to wait behind a position before `head` has a wake made due.
            let isWanted = hasGrown && !state.followers.isEmpty
            return (woken, isWanted ? state.scheduleWake(at: .now) : nil)
        }
        if let pause { wakeFollowers(after: pause) }
        for waiter in woken { waiter.continuation.resume() }
    }

    /// Wakes everyone: the database was opened again, and its newest sequence number is `head`.
    func reset(head: Int64) {
        let woken = state.withLock { state in
            state.mark += 1
            state.head = head
            state.announced = head
            return state.removeAll()
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    /// Wakes everyone now and lets nobody wait any more: the program is stopping.
    package func close() {
        let woken = state.withLock { state in
            state.isOpen = false
            return state.removeAll()
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    private func wakeFollowers(after pause: Duration) {
        let wake: @Sendable () -> Void = { [weak self] in
            guard let self else { return }
            let woken = state.withLock { $0.removeFollowers(at: .now) }
            for waiter in woken { waiter.continuation.resume() }
        }
        if pause == .zero {
            executor.run(wake)
        } else {
            executor.run(afterMilliseconds: Int((pause / .milliseconds(1)).rounded(.up)), wake)
        }
    }

    // MARK: Waiting

    /// Returns when there is something behind `position` that followers may have, when `seconds`
    /// have passed, when the task is cancelled, or when the program stops.
    package func wait(behind position: Int64, seconds: Int) async {
        await wait(for: .feed(position: position), seconds: seconds) { state in
            position >= state.announced
        }
    }

    /// Returns when something was committed beyond `mark` that concerns the transaction of this
    /// merchant reference, when `seconds` have passed, when the task is cancelled, or when the
    /// program stops.
    package func wait(for reference: String, beyond mark: Int64, seconds: Int) async {
        await wait(for: .reference(reference), seconds: seconds) { state in state.mark == mark }
    }

    /// - Parameter isNeeded: whether there is nothing yet of what is waited for.
    private func wait(
        for subject: Waiter.Subject,
        seconds: Int,
        while isNeeded: @Sendable (State) -> Bool
    ) async {
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
                    subject: subject,
                    deadline: deadline
                )
                let step = state.withLock { state -> WaitStep? in
                    guard state.isOpen, isNeeded(state), !Task.isCancelled else { return nil }
                    state.add(waiter, id: id)
                    return WaitStep(
                        needsTimer: state.needsTimer(for: deadline),
                        wakePause: waiter.isBehind(state.head) ? state.scheduleWake(at: .now) : nil
                    )
                }
                guard let step else { return continuation.resume() }
                if step.needsTimer { startTimer(deadline) }
                if let pause = step.wakePause { wakeFollowers(after: pause) }
            }
        } onCancel: {
            wake(id)
        }
    }

    /// What has to be started for one who waits.
    private struct WaitStep {
        let needsTimer: Bool
        let wakePause: Duration?
    }

    private func startTimer(_ time: ContinuousClock.Instant) {
        let pause = max(.zero, time - .now) / .milliseconds(1)
        executor.run(afterMilliseconds: Int(pause.rounded(.up))) { [weak self] in
            self?.wakeExpired(at: time)
        }
    }

    /// The timer set for `time` has woken.
    private func wakeExpired(at time: ContinuousClock.Instant) {
        let (expired, next) = state.withLock { state -> ([Waiter], ContinuousClock.Instant?) in
            let expired = state.removeExpired(.now)
            // One that was set later for an earlier time has taken over.
            guard state.timer == time else { return (expired, nil) }
            state.timer = state.waiters.map(\.deadline).min()
            return (expired, state.timer)
        }
        if let next { startTimer(next) }
        for waiter in expired { waiter.continuation.resume() }
    }

    private func wake(_ id: UInt64) {
        state.withLock { $0.remove(id) }?.continuation.resume()
    }
}
