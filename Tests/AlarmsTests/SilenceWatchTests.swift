import Testing

@testable import Alarms

/// When `no-callbacks` is raised and closed.
struct SilenceWatchTests {
    private static let now: Int64 = 1_800_000_000_000
    private static let hour: Int64 = 3_600_000

    private func step(
        confirmed: Int = 0,
        expired: Int = 0,
        lastCallback: Int64?,
        first: Int64? = nil
    ) -> EntryChange? {
        var watch = SilenceWatch(isOpen: false, lastCallback: nil)
        let evidence = SilenceEvidence(
            lastCallback: lastCallback,
            confirmedByQuery: confirmed,
            expired: expired,
            first: first
        )
        return watch.step(evidence, atMilliseconds: Self.now)
    }

    @Test func `three successes by queries after an hour of silence raise it`() {
        let hourAgo = Self.now - Self.hour
        #expect(step(confirmed: 2, lastCallback: hourAgo) == nil)
        #expect(step(confirmed: 3, lastCallback: hourAgo + 1) == nil)
        guard case .raise(let detail) = step(confirmed: 3, lastCallback: hourAgo) else {
            Issue.record("not raised")
            return
        }
        #expect(
            detail.hasPrefix(
                "3 payments were confirmed by queries, but no callback arrived for 1 h"
            )
        )
    }

    @Test func `twenty expired codes need a day`() {
        let dayAgo = Self.now - 24 * Self.hour
        #expect(step(expired: 20, lastCallback: dayAgo + 1) == nil)
        #expect(step(expired: 19, lastCallback: dayAgo) == nil)
        #expect(step(expired: 20, lastCallback: dayAgo) != nil)
    }

    @Test func `without any callback the first of the payments counts`() {
        #expect(step(lastCallback: nil) == nil)
        #expect(step(confirmed: 3, lastCallback: nil, first: Self.now - Self.hour + 1) == nil)
        guard
            case .raise(let detail) = step(
                confirmed: 3,
                lastCallback: nil,
                first: Self.now - Self.hour
            )
        else {
            Issue.record("not raised")
            return
        }
        #expect(detail.contains("no callback has ever arrived"))
    }

    @Test func `a callback closes it, also one of an earlier run`() {
        let hourAgo = Self.now - Self.hour
        var watch = SilenceWatch(isOpen: true, lastCallback: hourAgo)
        let same = SilenceEvidence(lastCallback: hourAgo, confirmedByQuery: 9, first: hourAgo)
        #expect(watch.step(same, atMilliseconds: Self.now) == nil)
        let later = SilenceEvidence(lastCallback: Self.now)
        let change = watch.step(later, atMilliseconds: Self.now)
        #expect(change == .close(note: "a callback arrived"))
        #expect(watch.step(later, atMilliseconds: Self.now) == nil)
    }
}
