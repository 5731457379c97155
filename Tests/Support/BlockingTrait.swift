import Dispatch
package import Testing

/// Runs the tests of a suite on threads of their own, a few at a time.
///
/// They wait for processes and sockets with blocking calls; on the shared pool, which has as many
/// threads as cores, they would hold up the tests of everything else.
package struct BlockingTrait: SuiteTrait, TestTrait, TestScoping {
    /// Suites are scoped test by test.
    package var isRecursive: Bool { true }

    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Gate.shared.enter()
        let outcome: Result<Void, any Error>
        do {
            try await withTaskExecutorPreference(ThreadExecutor()) { try await function() }
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await Gate.shared.leave()
        try outcome.get()
    }
}

extension Trait where Self == BlockingTrait {
    /// For suites whose tests make blocking calls.
    package static var blocking: Self { Self() }
}

/// One serial queue without a target: it gets a thread when it has work.
private final class ThreadExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "blocking test")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

/// Lets a few tests run at once: each has a process of its own to compete for the cores.
private actor Gate {
    static let shared = Gate()

    private var free = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if free > 0 {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
