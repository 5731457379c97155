import Synchronization
import Testing

@testable import InternalAPI

/// `/readyz` asks the database no more than once a second, however it is asked.
struct WriteProbeTests {
    /// A store whose commits end when the test says so.
    private final class Database: Sendable {
        struct State {
            var nanoseconds: UInt64 = 1_000_000_000
            var commits: UInt64 = 0
            var lastHasWorked = true
            var probes: [CheckedContinuation<Bool, Never>] = []
            var probeCount = 0
            var patience: [CheckedContinuation<Void, Never>] = []
        }

        let state = Mutex(State())

        func probe() -> WriteProbe {
            WriteProbe(
                WriteProbe.Source(
                    write: {
                        await withCheckedContinuation { continuation in
                            self.state.withLock { state in
                                state.probeCount += 1
                                state.probes.append(continuation)
                            }
                        }
                    },
                    commits: { self.state.withLock { ($0.commits, $0.lastHasWorked) } },
                    now: { self.state.withLock { $0.nanoseconds } },
                    patience: {
                        await withCheckedContinuation { continuation in
                            self.state.withLock { $0.patience.append(continuation) }
                        }
                    }
                )
            )
        }

        var probeCount: Int { state.withLock { $0.probeCount } }

        /// Waits until `count` probes have begun in all.
        func hasBegun(_ count: Int) async {
            while state.withLock({ $0.probeCount < count || $0.patience.count < count }) {
                await Task.yield()
            }
        }

        /// Ends the probe that runs.
        func end(_ isWritable: Bool) {
            let probes = state.withLock { state in
                if isWritable { state.commits += 1 }
                state.lastHasWorked = isWritable
                defer { state.probes = [] }
                return state.probes
            }
            for probe in probes { probe.resume(returning: isWritable) }
        }

        func advance(milliseconds: UInt64) {
            state.withLock { $0.nanoseconds += milliseconds * 1_000_000 }
        }

        /// Lets every pause end.
        func runOutOfPatience() {
            let pauses = state.withLock { state in
                defer { state.patience = Array(state.patience.prefix(0)) }
                return state.patience
            }
            for pause in pauses { pause.resume() }
        }
    }

    @Test(arguments: [true, false])
    func `all who ask at once share one probe, and its result is kept`(
        _ isWritable: Bool
    ) async {
        let database = Database()
        let probe = database.probe()
        await withTaskGroup { group in
            for _ in 0..<100 { group.addTask { await probe.isWritable() } }
            await database.hasBegun(1)
            database.end(isWritable)
            for await answer in group { #expect(answer == isWritable) }
        }
        database.advance(milliseconds: 999)
        for _ in 0..<100 { #expect(await probe.isWritable() == isWritable) }
        #expect(database.probeCount == 1)

        database.advance(milliseconds: 1)
        async let answer = probe.isWritable()
        await database.hasBegun(2)
        database.end(true)
        #expect(await answer)
        database.runOutOfPatience()
    }

    @Test func `a commit that fails or works counts more than a kept result`() async {
        let database = Database()
        let probe = database.probe()
        async let first = probe.isWritable()
        await database.hasBegun(1)
        database.end(true)
        #expect(await first)
        database.state.withLock { $0.lastHasWorked = false }
        #expect(await !probe.isWritable())
        database.state.withLock { $0.lastHasWorked = true }

        database.advance(milliseconds: 1_000)
        async let second = probe.isWritable()
        await database.hasBegun(2)
        database.end(false)
        #expect(await !second)
        database.state.withLock { state in
            state.lastHasWorked = true
            state.commits += 1
        }
        #expect(await probe.isWritable())
        #expect(database.probeCount == 2)
        database.runOutOfPatience()
    }

    @Test func `a database that does not answer is not waited for`() async {
        let database = Database()
        let probe = database.probe()
        async let answer = probe.isWritable()
        await database.hasBegun(1)
        database.runOutOfPatience()
        #expect(await !answer)
        // It is not asked again meanwhile.
        #expect(await !probe.isWritable())
        #expect(database.probeCount == 1)
        database.end(true)
        while await !probe.isWritable() { await Task.yield() }
        #expect(database.probeCount == 1)
    }
}
