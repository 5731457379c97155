import System
import Store
import Synchronization

/// Checks whether the database can be written, with a bounded number of probe commits.
///
/// One probe runs at a time, and all callers share it. Its result, also a failure, is valid for one
/// second. A probe that takes longer than two seconds counts as failed until it ends; then callers
/// do not wait for it. Thread-safe.
final class WriteProbe: Sendable {
    /// The result of the last probe.
    private struct Result {
        let isWritable: Bool
        let nanoseconds: UInt64

        /// The number of commits up to the probe. A later successful commit overrides a failed
        /// probe.
        let commits: UInt64
    }

    private struct State {
        var result: Result?
        var isRunning = false

        /// Whether the running probe has exceeded its time; its waiters were resumed.
        var isOverdue = false

        /// The number of the running or last probe, which its timer compares.
        var number = 0
        var waiters: [CheckedContinuation<Bool, Never>] = []

        mutating func removeWaiters() -> [CheckedContinuation<Bool, Never>] {
            defer { waiters = [] }
            return waiters
        }
    }

    /// The functions of the store that the probe uses; tests replace them.
    struct Source: Sendable {
        /// Commits a probe; false on failure.
        let write: @Sendable () async -> Bool

        /// The number of successful commits, and whether the last commit succeeded.
        let commits: @Sendable () -> (count: UInt64, lastHasWorked: Bool)

        /// The monotonic clock, in nanoseconds.
        var now: @Sendable () -> UInt64 = SystemClock.monotonicNanoseconds

        /// Waits for the maximum duration of a probe.
        var patience: @Sendable () async -> Void = {
            // Cancelled when the probe has ended.
            try? await Task.sleep(for: .seconds(2))
        }
    }

    private let source: Source
    private let state = Mutex(State())

    /// How long a result is valid.
    static let validityNanoseconds: UInt64 = 1_000_000_000

    init(_ source: Source) { self.source = source }

    /// Whether the database can be written; false also if the probe exceeds its time.
    func isWritable() async -> Bool {
        await withCheckedContinuation { continuation in
            let step = state.withLock { state -> Step in
                nextStep(in: &state, orWait: continuation)
            }
            switch step {
            case .known(let isWritable): continuation.resume(returning: isWritable)
            case .wait: break
            case .probe(let number): start(number)
            }
        }
    }

    /// The decision about one caller.
    private enum Step {
        case known(Bool)
        case wait
        case probe(number: Int)
    }

    /// Returns the known result, or adds the caller to the waiters of the running or next probe.
    private func nextStep(
        in state: inout State,
        orWait continuation: CheckedContinuation<Bool, Never>
    ) -> Step {
        if state.isRunning {
            if state.isOverdue { return .known(false) }
            state.waiters.append(continuation)
            return .wait
        }
        if let result = state.result, source.now() - result.nanoseconds < Self.validityNanoseconds {
            let commits = source.commits()
            let hasCommitted = result.isWritable || commits.count > result.commits
            return .known(hasCommitted && commits.lastHasWorked)
        }
        state.isRunning = true
        state.number += 1
        state.waiters.append(continuation)
        return .probe(number: state.number)
    }

    /// Runs a probe and its timer.
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

    /// Stores the result of a probe and resumes its waiters.
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
            return state.removeWaiters()
        }
        for waiter in waiters { waiter.resume(returning: isWritable) }
    }

    /// Resumes the waiters of a probe that has exceeded its time with false.
    ///
    /// The probe itself continues; its result is stored when it ends.
    private func giveUp(_ number: Int) {
        let waiters = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
            guard state.isRunning, state.number == number else { return [] }
            state.isOverdue = true
            return state.removeWaiters()
        }
        for waiter in waiters { waiter.resume(returning: false) }
    }
}

extension WriteProbe {
    /// A probe that commits to `store`.
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
