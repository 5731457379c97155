import Support
import Synchronization
import Testing

@testable import Store

/// Long polls: nobody sleeps through a commit.
@Suite(.timeLimit(.minutes(5))) struct FeedSignalTests {
    /// Longer than the limit of a test: who is not woken fails it, instead of waiting to the end.
    private static let longSeconds = 3_600

    /// What a writer has committed, and how often followers were woken.
    private final class Published: Sendable {
        let head = Atomic<Int64>(0)
        let wakes = Mutex(0)
    }

    /// Lets `count` waiters register before the test goes on.
    private func record(_ signal: FeedSignal, _ count: Int) async {
        #expect(await Patience.reaches { signal.waiterCount == count })
    }

    @Test func `what was committed after the mark was read wakes at once`() async {
        let signal = FeedSignal(head: 5)
        let mark = signal.mark
        signal.publish(head: 6, references: ["TRX-1"])
        await signal.wait(behind: 5, seconds: Self.longSeconds)
        await signal.wait(for: "TRX-2", beyond: mark, seconds: Self.longSeconds)
        #expect(signal.waiterCount == 0)
    }

    @Test func `a commit wakes all who follow the feed`() async {
        let signal = FeedSignal(head: 0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask { await signal.wait(behind: 0, seconds: Self.longSeconds) }
            }
            await record(signal, 10)
            signal.publish(head: 1, references: [])
        }
        #expect(signal.waiterCount == 0)
    }

    @Test func `who waits for one payment is woken by it alone`() async {
        let signal = FeedSignal(head: 0)
        await withTaskGroup(of: Void.self) { group in
            for reference in ["TRX-1", "TRX-2", "TRX-2"] {
                group.addTask {
                    await signal.wait(for: reference, beyond: 0, seconds: Self.longSeconds)
                }
            }
            await record(signal, 3)
            signal.publish(head: 1, references: ["TRX-3"])
            #expect(signal.waiterCount == 3)
            signal.publish(head: 2, references: ["TRX-2"])
            #expect(signal.waiterCount == 1)
            signal.publish(head: 3, references: ["TRX-1", "TRX-2"])
            #expect(signal.waiterCount == 0)
        }
    }

    @Test func `no wake-up is lost when commits and waiters race`() async {
        let (commits, waiters) = (2_000 as Int64, 16)
        let signal = FeedSignal(head: 0)
        let published = Published()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<waiters {
                group.addTask {
                    var position: Int64 = 0
                    while position < commits {
                        await signal.wait(behind: position, seconds: Self.longSeconds)
                        let head = published.head.load(ordering: .sequentiallyConsistent)
                        #expect(head > position, "woken for nothing")
                        position = head
                    }
                }
            }
            group.addTask {
                for head in 1...commits {
                    // As a commit does: what followers are woken for is there already.
                    published.head.store(head, ordering: .sequentiallyConsistent)
                    signal.publish(head: head, references: [])
                    if head.isMultiple(of: 7) { await Task.yield() }
                }
            }
        }
        #expect(signal.waiterCount == 0)
    }

    @Test func `a wait ends with its deadline, and zero seconds do not wait`() async {
        let signal = FeedSignal(head: 0)
        let clock = ContinuousClock()
        let started = clock.now
        // So many that even the shortest wait, a second, would be noticed on a busy machine.
        for _ in 0..<100 {
            await signal.wait(behind: 0, seconds: 0)
            await signal.wait(behind: 0, seconds: -1)
        }
        #expect(clock.now - started < .seconds(Patience.seconds))
        let waiting = clock.now
        await signal.wait(behind: 0, seconds: 1)
        #expect(clock.now - waiting >= .seconds(1))
        #expect(signal.waiterCount == 0)
    }

    @Test func `each wait ends with its own deadline, in whatever order they were begun`() async {
        let signal = FeedSignal(head: 0)
        let clock = ContinuousClock()
        let started = clock.now
        await withTaskGroup(of: Int.self) { group in
            for (count, seconds) in [Self.longSeconds, 16, 8, 16, 8].enumerated() {
                // On the thread that wakes them, which keeps their order under load, too.
                group.addTask(executorPreference: signal.followers) {
                    await signal.wait(behind: 0, seconds: seconds)
                    return seconds
                }
                await record(signal, count + 1)
            }
            for expected in [8, 8, 16, 16] {
                #expect(await group.next() == expected)
                #expect(clock.now - started >= .seconds(expected))
            }
            #expect(signal.waiterCount == 1)
            signal.close()
        }
    }

    @Test func `what does not reach the feed wakes only who waits for its transaction`() async {
        let signal = FeedSignal(head: 3)
        let mark = signal.mark
        let feed = Task { await signal.wait(behind: 3, seconds: Self.longSeconds) }
        await record(signal, 1)
        let transaction = Task {
            await signal.wait(for: "TRX-1", beyond: mark, seconds: Self.longSeconds)
        }
        await record(signal, 2)
        signal.publish(head: 3, references: ["TRX-1"])
        await transaction.value
        #expect(signal.waiterCount == 1)
        // Nor is it missed by who begins to wait after it.
        await signal.wait(for: "TRX-1", beyond: mark, seconds: Self.longSeconds)
        signal.publish(head: 4, references: [])
        await feed.value
    }

    @Test func `a deadline holds for who waits on after a commit`() async {
        let signal = FeedSignal(head: 0)
        let waiting = Task {
            await signal.wait(behind: 0, seconds: Self.longSeconds)
            await signal.wait(behind: 1, seconds: 1)
        }
        await record(signal, 1)
        signal.publish(head: 1, references: [])
        await waiting.value
        #expect(signal.waiterCount == 0)
    }

    @Test func `a cancelled task waits no longer, whether it waits already or not`() async {
        let signal = FeedSignal(head: 0)
        let waiting = Task { await signal.wait(behind: 0, seconds: Self.longSeconds) }
        await record(signal, 1)
        waiting.cancel()
        await waiting.value
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await signal.wait(for: "TRX-1", beyond: 0, seconds: Self.longSeconds)
        }
        await late.value
        #expect(signal.waiterCount == 0)
    }

    @Test func `closing wakes everyone and lets nobody wait again`() async {
        let signal = FeedSignal(head: 0)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await signal.wait(behind: 0, seconds: Self.longSeconds) }
            group.addTask {
                await signal.wait(for: "TRX-1", beyond: 0, seconds: Self.longSeconds)
            }
            await record(signal, 2)
            #expect(!signal.isClosed)
            signal.close()
        }
        #expect(signal.isClosed)
        await signal.wait(behind: 0, seconds: Self.longSeconds)
        #expect(signal.waiterCount == 0)
    }

    @Test func `under load followers are woken together, at their pace, and all of them`() async {
        let signal = FeedSignal(head: 0)
        let (commits, followers) = (400 as Int64, 50)
        let published = Published()
        let clock = ContinuousClock()
        let started = clock.now
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<followers {
                group.addTask {
                    var position: Int64 = 0
                    while position < commits {
                        await signal.wait(behind: position, seconds: Self.longSeconds)
                        position = published.head.load(ordering: .sequentiallyConsistent)
                        published.wakes.withLock { $0 += 1 }
                    }
                }
            }
            await record(signal, followers)
            group.addTask {
                for head in 1...commits {
                    published.head.store(head, ordering: .sequentiallyConsistent)
                    signal.publish(head: head, references: [])
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
        }
        // However slow this machine is, no more wakes than the pace allows in that time.
        let intervals = (clock.now - started) / WakePace.intervalMin
        let bound = Double(followers) * (WakePace.savedMax + intervals + 2)
        #expect(Double(published.wakes.withLock { $0 }) <= bound)
        #expect(signal.waiterCount == 0)
    }

    @Test func `who is behind what was announced does not wait for the next wake`() async {
        let signal = FeedSignal(head: 0)
        // Uses up what was saved, so that a wake would have to wait.
        for head in 1...20 as ClosedRange<Int64> {
            async let waiting: Void = signal.wait(behind: head - 1, seconds: Self.longSeconds)
            signal.publish(head: head, references: [])
            await waiting
        }
        await signal.wait(behind: 10, seconds: Self.longSeconds)
        #expect(signal.waiterCount == 0)
    }

    @Test func `a database that is opened again wakes everyone, wherever its head is`() async {
        for head in [2, 5, 9] as [Int64] {
            let signal = FeedSignal(head: 5)
            let mark = signal.mark
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await signal.wait(behind: 5, seconds: Self.longSeconds) }
                group.addTask {
                    await signal.wait(for: "TRX-1", beyond: mark, seconds: Self.longSeconds)
                }
                await record(signal, 2)
                signal.reset(head: head)
            }
            let waiting = Task { await signal.wait(behind: head, seconds: Self.longSeconds) }
            await record(signal, 1)
            signal.publish(head: head + 1, references: [])
            await waiting.value
        }
    }
}
