package import Queues
import Synchronization

/// Wakes waiting clients after a commit.
///
/// A *follower* waits for transitions after its offset. A *reader* waits for a change of one
/// transaction: it takes ``mark`` before it reads the database, and then waits for a newer mark. A
/// commit between the read and the wait ends the wait at once, so no change is missed, and no
/// database snapshot is held during a wait.
///
/// Followers are woken together, at a pace that leaves processor time to callbacks (``WakePace``).
/// The writer only reports its commits; followers are woken, and should run, on the thread of
/// ``followers``.
package final class FeedSignal: Sendable {
    private struct Waiter {
        /// What a client waits for.
        enum Subject {
            /// Transitions after an offset.
            case feed(offset: Int64)
            /// A change of the transaction with this partnerReferenceNo.
            case reference(String)
        }

        let continuation: CheckedContinuation<Void, Never>
        let subject: Subject
        let deadline: ContinuousClock.Instant

        /// Whether it is a follower and the feed has transitions after its offset.
        func isBehind(_ head: Int64) -> Bool {
            if case .feed(let offset) = subject { offset < head } else { false }
        }
    }

    /// The state that one lock guards, because its properties change together.
    private struct State {
        /// The newest sequence number that was published.
        var head: Int64

        /// The newest sequence number that followers were woken for; a wait after a lower offset
        /// returns at once.
        var announced: Int64

        /// Incremented by each publication.
        var mark: Int64 = 0
        var isOpen = true
        var nextID: UInt64 = 0
        var followers: [UInt64: Waiter] = [:]
        var readers: [UInt64: Waiter] = [:]

        /// The IDs of ``readers``, by reference.
        var readersByReference: [String: Set<UInt64>] = [:]
        var pace: WakePace
        var isWakeDue = false

        /// When the timer for deadlines fires next; nil when it does not run.
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

        /// Removes and returns the waiters whose deadline has passed.
        mutating func removeExpired(_ now: ContinuousClock.Instant) -> [Waiter] {
            let expired =
                followers.filter { $0.value.deadline <= now }.map(\.key)
                + readers.filter { $0.value.deadline <= now }.map(\.key)
            return expired.compactMap { remove($0) }
        }

        /// Removes and returns the followers that are behind ``head``, and marks ``head`` as
        /// announced.
        mutating func removeFollowers(at now: ContinuousClock.Instant) -> [Waiter] {
            isWakeDue = false
            var woken: [Waiter] = []
            for (id, follower) in followers where follower.isBehind(head) {
                woken.append(follower)
                followers[id] = nil
            }
            // The waiting followers may have left. The next one that waits schedules a wake.
            if woken.isEmpty { return [] }
            announced = head
            pace.record(woken.count, at: now)
            return woken
        }

        /// Whether a timer must be started for `deadline`, because none fires early enough.
        mutating func needsTimer(for deadline: ContinuousClock.Instant) -> Bool {
            if let timer, timer <= deadline { return false }
            timer = deadline
            return true
        }

        /// Schedules the next wake and returns the pause before it; nil when a wake is scheduled
        /// already.
        mutating func scheduleWake(at now: ContinuousClock.Instant) -> Duration? {
            if isWakeDue { return nil }
            isWakeDue = true
            return pace.delay(at: now, waiting: followers.count)
        }
    }

    /// The task executor of followers: a thread that serves neither callbacks nor the writer.
    package let followers: QueueTaskExecutor
    private let executor = QueueExecutor(blockingLabel: "store.followers")
    private let state: Mutex<State>

    init(head: Int64) {
        followers = QueueTaskExecutor(on: executor)
        state = Mutex(State(head: head, announced: head, pace: WakePace(now: .now)))
    }

    /// The present mark of a reader: to be taken before the database is read, and passed to
    /// ``wait(for:beyond:seconds:)``.
    package var mark: Int64 { state.withLock { $0.mark } }

    /// Whether waits return at once, because the program is stopping.
    package var isClosed: Bool { state.withLock { !$0.isOpen } }

    /// How many followers and readers are waiting.
    package var waiterCount: Int {
        state.withLock { $0.followers.count + $0.readers.count }
    }

    // MARK: Publishing

    /// Wakes the readers of `references` at once, and followers, if the feed has grown, at their
    /// pace.
    ///
    /// Called by the writer after a durable commit.
    ///
    /// - Parameter references: nil wakes all readers: another process has committed.
    func publish(head: Int64, references: [String]?) {
        let (woken, pause) = state.withLock { state -> ([Waiter], Duration?) in
            precondition(head >= state.head, "the head goes back by reset(head:) only")
            state.mark += 1
            let hasGrown = state.head != head
            state.head = head
            var woken: [Waiter] = []
            if !state.readers.isEmpty {
                let ids = references.map { references in
                    references.flatMap { state.readersByReference[$0] ?? [] }
                }
                woken = (ids ?? Array(state.readers.keys)).compactMap { state.remove($0) }
            }
            // A follower that starts to wait later, after an offset below `head`, schedules a wake
            // itself.
            let isWanted = hasGrown && !state.followers.isEmpty
            return (woken, isWanted ? state.scheduleWake(at: .now) : nil)
        }
        if let pause { wakeFollowers(after: pause) }
        for waiter in woken { waiter.continuation.resume() }
    }

    /// Wakes all waiters: the database was opened again, and its newest sequence number is `head`.
    func reset(head: Int64) {
        let woken = state.withLock { state in
            state.mark += 1
            state.head = head
            state.announced = head
            return state.removeAll()
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    /// Wakes all waiters and makes later waits return at once: the program is stopping.
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

    /// Returns when transitions after `offset` are announced, when `seconds` have passed, when
    /// the task is cancelled, or when the program stops.
    package func wait(behind offset: Int64, seconds: Int) async {
        await wait(for: .feed(offset: offset), seconds: seconds) { state in
            offset >= state.announced
        }
    }

    /// Returns when a commit after `mark` has changed the transaction with this partnerReferenceNo,
    /// when `seconds` have passed, when the task is cancelled, or when the program stops.
    package func wait(for reference: String, beyond mark: Int64, seconds: Int) async {
        await wait(for: .reference(reference), seconds: seconds) { state in state.mark == mark }
    }

    /// - Parameter isNeeded: whether there is nothing to return for yet; called under the lock.
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

    /// What a new waiter makes necessary.
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

    /// Wakes the waiters whose deadline has passed, when the timer that was set for `time` fires.
    private func wakeExpired(at time: ContinuousClock.Instant) {
        let (expired, next) = state.withLock { state -> ([Waiter], ContinuousClock.Instant?) in
            let expired = state.removeExpired(.now)
            // A timer that was set later, for an earlier time, has replaced this one.
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
