import Testing

@testable import Store

/// How often followers are woken.
@Suite struct WakePaceTests {
    private let start = ContinuousClock.now

    /// Wakes `followers` as often as `commits` and the pace allow; returns when.
    private func wakes(
        followers: Int,
        commits: [Duration]
    ) -> [(commit: Duration, wake: Duration)] {
        var pace = WakePace(now: start)
        var wakes: [(commit: Duration, wake: Duration)] = []
        for commit in commits {
            // Gathered by the wake before, which is still to come.
            if let last = wakes.last, last.wake >= commit { continue }
            let wake = commit + pace.delay(at: start + commit, waiting: followers)
            pace.record(followers, at: start + wake)
            wakes.append((commit, wake))
        }
        return wakes
    }

    @Test(arguments: [1, 20, 100, 500, 10_000])
    func `under load wakes keep their distance, and no commit waits longer`(count: Int) {
        let commits = (0..<5_000).map { Duration.milliseconds($0) }
        let interval = WakePace(now: start).interval(waiting: count)
        #expect((WakePace.intervalMin...WakePace.intervalMax).contains(interval))
        let wakes = wakes(followers: count, commits: commits)
        #expect(wakes.allSatisfy { $0.wake - $0.commit <= interval })
        let allowed = Duration.seconds(5) / interval
        #expect(Double(wakes.count) <= allowed + WakePace.savedMax + 1)
        #expect(Double(wakes.count) >= allowed * 0.9)
    }

    @Test func `the pause grows with the followers, up to what the contract leaves`() {
        let pace = WakePace(now: start)
        let rows = [(1, 10), (25, 10), (50, 20), (100, 40), (200, 80), (5_000, 80)]
        for (count, milliseconds) in rows {
            #expect(pace.interval(waiting: count) == .milliseconds(milliseconds), "\(count)")
        }
    }

    @Test func `after many were woken the pause is theirs, though few wait again already`() {
        var pace = WakePace(now: start)
        for _ in 0..<20 { pace.record(500, at: start) }
        #expect(pace.delay(at: start, waiting: 1) == .milliseconds(80))
    }

    @Test func `ten commits a second, evenly or in pairs, wake at once`() {
        let even = (0..<1_000).map { Duration.milliseconds(100 * $0) }
        let pairs = (0..<500).flatMap { [200 * $0, 200 * $0 + 1] }.map { Duration.milliseconds($0) }
        for commits in [even, pairs] {
            let wakes = wakes(followers: 500, commits: commits)
            #expect(wakes.count == 1_000)
            #expect(wakes.allSatisfy { $0.wake == $0.commit })
        }
    }
}
