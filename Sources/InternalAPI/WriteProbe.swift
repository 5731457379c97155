import System
import Store
import Synchronization

/// Whether the database can be written, for whoever asks and however often: one probe at a time,
/// shared by all who ask meanwhile, and its result kept for a second, a failure too.
final class WriteProbe: Sendable {
    private struct Result {
        let isWritable: Bool
        let nanoseconds: UInt64

        /// Commits until then: a later one is better proof than a probe.
        let commits: UInt64
    }

    private struct State {
        var result: Result?
        var isRunning = false

        /// Whether the running probe has taken too long, and nothing waits for it any more.
        var isOverdue = false
        var number = 0
        var waiters: [CheckedContinuation<Bool, Never>] = []

        mutating func takeWaiters() -> [CheckedContinuation<Bool, Never>] {
            defer { waiters = [] }
            return waiters
        }
    }

    /// What the probe needs of the store.
    struct Source: Sendable {
        /// Commits something; false when that fails.
        let write: @Sendable () async -> Bool

        /// How many commits have worked, and whether the last one did.
        let commits: @Sendable () -> (count: UInt64, lastHasWorked: Bool)

        /// The monotonic clock.
        var now: @Sendable () -> UInt64 = SystemClock.monotonicNanoseconds

        /// Returns when a probe has taken too long.
        var patience: @Sendable () async -> Void = {
            // A pause that is cut short by the end of the task needs no more.
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private let source: Source
    private let state = Mutex(State())

    /// How long a result is kept.
    static let keptNanoseconds: UInt64 = 1_000_000_000

    init(_ source: Source) { self.source = source }

    /// Whether something can be committed; false also when no answer comes.
    func isWritable() async -> Bool {
        await withCheckedContinuation { continuation in
            let step = state.withLock { state -> Answer in
                answer(in: &state, orWait: continuation)
            }
            switch step {
            case .known(let isWritable): continuation.resume(returning: isWritable)
            case .wait: break
            case .probe(let number): start(number)
            }
        }
    }

    private enum Answer {
        case known(Bool)
        case wait
        case probe(number: Int)
    }

    private func answer(
        in state: inout State,
        orWait continuation: CheckedContinuation<Bool, Never>
    ) -> Answer {
        if state.isRunning {
            if state.isOverdue { return .known(false) }
            state.waiters.append(continuation)
            return .wait
        }
        if let result = state.result, source.now() - result.nanoseconds < Self.keptNanoseconds {
            let commits = source.commits()
            let isProven = result.isWritable || commits.count > result.commits
            return .known(isProven && commits.lastHasWorked)
        }
        state.isRunning = true
        state.number += 1
        state.waiters.append(continuation)
        return .probe(number: state.number)
    }

    private func start(_ number: Int) {
        let timer = Task {
            await source.patience()
            if !Task.isCancelled { giveUp(number) }
        }
        Task {
            let isWritable = await source.write()
            timer.cancel()
            finish(isWritable)
        }
    }

    private func finish(_ isWritable: Bool) {
        let result = Result(
            isWritable: isWritable,
            nanoseconds: source.now(),
            commits: source.commits().count
        )
        let waiters = state.withLock { state in
            precondition(state.isRunning, "a probe finishes once")
            state.result = result
            state.isRunning = false
            state.isOverdue = false
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume(returning: isWritable) }
    }

    private func giveUp(_ number: Int) {
        let waiters = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
            guard state.isRunning, state.number == number else { return [] }
            state.isOverdue = true
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume(returning: false) }
    }
}

extension WriteProbe {
    /// A probe of a store.
    convenience init(_ store: Store) {
        self.init(
            Source(
                write: {
                    do throws(StoreError) {
                        try await store.probe()
                        return true
                    } catch {
                        return false
                    }
                },
                commits: { (store.commitCounts.commits, store.commitFailure == nil) }
            )
        )
    }
}
