import Testing

@testable import Outbound

/// A failure of our own does not make the receiver send the same query again and again.
@Suite struct QueryBackoffTests {
    private let start = ContinuousClock.now

    @Test func `an inquiry that never failed does not wait`() {
        #expect(!QueryBackoff().isWaiting(1, at: start))
        #expect(QueryBackoff().waitingCount(at: start) == 0)
    }

    @Test func `each failure doubles the wait, from 5 s up to 300 s`() {
        var backoff = QueryBackoff()
        var now = start
        for seconds in [5, 10, 20, 40, 80, 160, 300, 300] {
            backoff.recordFailure(of: 1, at: now)
            let end = now + .seconds(seconds)
            #expect(backoff.isWaiting(1, at: end - .milliseconds(1)))
            #expect(!backoff.isWaiting(1, at: end))
            now = end
        }
    }

    @Test func `one inquiry's wait is not another's`() {
        var backoff = QueryBackoff()
        backoff.recordFailure(of: 1, at: start)
        #expect(!backoff.isWaiting(2, at: start))
        backoff.recordFailure(of: 2, at: start + .seconds(1))
        #expect(backoff.waitingCount(at: start + .seconds(4)) == 2)
        #expect(backoff.waitingCount(at: start + .seconds(5)) == 1)
        #expect(backoff.waitingCount(at: start + .seconds(6)) == 0)
    }

    @Test func `a result that was written ends it, and the next wait is short again`() {
        var backoff = QueryBackoff()
        for _ in 1...4 { backoff.recordFailure(of: 1, at: start) }
        backoff.recordSuccess(of: 1)
        #expect(backoff == QueryBackoff())
        backoff.recordFailure(of: 1, at: start)
        #expect(!backoff.isWaiting(1, at: start + .seconds(5)))
    }

    @Test(arguments: [(304, 10), (305, 5)])
    func `what did not fail for 300 s after its wait is forgotten`(failure: Int, wait: Int) {
        var backoff = QueryBackoff()
        backoff.recordFailure(of: 1, at: start)
        let now = start + .seconds(failure)
        backoff.recordFailure(of: 1, at: now)
        #expect(backoff.isWaiting(1, at: now + .seconds(wait) - .milliseconds(1)))
        #expect(!backoff.isWaiting(1, at: now + .seconds(wait)))
    }

    @Test func `1,000 inquiries are remembered; then the one that waits shortest is forgotten`() {
        var backoff = QueryBackoff()
        for id in 1...1_000 as ClosedRange<Int64> {
            backoff.recordFailure(of: id, at: start + .milliseconds(id))
        }
        let now = start + .seconds(2)
        #expect(backoff.waitingCount(at: now) == 1_000)
        backoff.recordFailure(of: 1_001, at: now)
        #expect(backoff.waitingCount(at: now) == 1_000)
        #expect(!backoff.isWaiting(1, at: now))
        #expect(backoff.isWaiting(2, at: now))
        #expect(backoff.isWaiting(1_001, at: now))
    }
}
