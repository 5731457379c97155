import Testing

@testable import Store

/// How often followers are woken.
@Suite struct WakePaceTests {
    private let start = ContinuousClock.now

    /// Wakes so many followers as often as commits, one each millisecond, and the pace allow;
    /// returns when each was woken.
    private func wakes(of followerCount: Int, milliseconds: Int) -> [[Duration]] {
        var pace = WakePace(now: start)
        var wakes = [[Duration]](repeating: [], count: followerCount)
        // The longest waiting first.
        var waiting = Array(0..<followerCount)
        var time = Duration.zero
        while time < .milliseconds(milliseconds) {
            time += pace.pause(at: start + time, waiting: followerCount)
            let count = pace.take(at: start + time, waiting: followerCount)
            for follower in waiting.prefix(count) { wakes[follower].append(time) }
            waiting = Array(waiting.dropFirst(count) + waiting.prefix(count))
            time += .milliseconds(1)
        }
        return wakes
    }

    @Test(arguments: [1, 20, 100, 500, 4_000])
    func `under load each is woken once an interval, no earlier and hardly later`(count: Int) {
        let interval = WakePace.interval(waiting: count)
        // What a commit adds to the pause in this model.
        let step = Duration.milliseconds(Int(interval / WakePace.groupPause))
        for times in wakes(of: count, milliseconds: 3_000) {
            let pauses = zip(times.dropFirst(), times).map { $0 - $1 }
            #expect(pauses.allSatisfy { $0 <= interval + step + WakePace.groupPause })
            let bound = WakePace.savedMax + .seconds(3) / interval + 2
            #expect(Double(times.count) <= bound)
        }
    }

    @Test func `the interval grows with the followers, up to what the contract leaves`() {
        let rows = [(1, 10), (25, 10), (50, 20), (100, 40), (200, 80), (5_000, 80)]
        for (count, milliseconds) in rows {
            #expect(WakePace.interval(waiting: count) == .milliseconds(milliseconds), "\(count)")
        }
    }

    @Test func `under load hundreds are woken in groups`() {
        var pace = WakePace(now: start)
        for _ in 0..<10 { #expect(pace.take(at: start, waiting: 500) == 500) }
        #expect(pace.pause(at: start, waiting: 500) == WakePace.groupPause)
        #expect(pace.take(at: start, waiting: 500) == 63)
        #expect(pace.take(at: start, waiting: 100) == 25)
        #expect(pace.take(at: start, waiting: 25) == 25, "few are woken together")
        #expect(pace.take(at: start, waiting: 1) == 1)
    }

    @Test func `ten commits a second, evenly or in pairs, wake all at once`() {
        let even = (0..<1_000).map { Duration.milliseconds(100 * $0) }
        let pairs = (0..<500).flatMap { [200 * $0, 200 * $0 + 1] }.map { Duration.milliseconds($0) }
        for commits in [even, pairs] {
            var pace = WakePace(now: start)
            for commit in commits {
                #expect(pace.pause(at: start + commit, waiting: 500) == .zero)
                #expect(pace.take(at: start + commit, waiting: 500) == 500)
            }
        }
    }
}
