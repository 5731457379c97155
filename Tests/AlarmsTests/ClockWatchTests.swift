import Testing

@testable import Alarms

/// When `clock-difference` is raised and closed.
struct ClockWatchTests {
    private static let ours: Int64 = 1_800_000_000_000
    private let samples = ClockSamples(toleranceSeconds: 300)

    private func add(_ seconds: Int64...) {
        for second in seconds { samples.add(theirs: Self.ours + second * 1_000, ours: Self.ours) }
    }

    @Test func `three samples that agree show a difference`() {
        #expect(samples.verdict == .unclear)
        add(-400, -410)
        #expect(samples.verdict == .unclear)
        add(-405)
        #expect(samples.verdict == .differs(milliseconds: -405_000))
    }

    @Test func `the newest sample is shown, also one within the tolerance`() {
        #expect(samples.latestMilliseconds == nil)
        add(-400)
        #expect(samples.latestMilliseconds == -400_000)
        add(1, 2)
        #expect(samples.latestMilliseconds == 2_000)
    }

    /// After an outage, callbacks arrive late by times that vary.
    @Test func `late deliveries of different age show nothing`() {
        add(-400, -900, -3_600)
        #expect(samples.verdict == .unclear)
    }

    @Test func `one sample within the tolerance ends it`() {
        add(400, 400, 400)
        #expect(samples.verdict == .differs(milliseconds: 400_000))
        add(-300)
        #expect(samples.verdict == .agrees)
        add(400)
        #expect(samples.verdict == .unclear)
    }

    @Test func `the tolerance is the configured one, or the default without a check`() {
        samples.setTolerance(seconds: 10)
        add(11, 11, 11)
        #expect(samples.verdict == .differs(milliseconds: 11_000))
        samples.setTolerance(seconds: 0)
        add(300)
        #expect(samples.verdict == .agrees)
    }

    @Test func `extreme times do not trap`() {
        samples.add(theirs: .max, ours: .min)
        samples.add(theirs: .min, ours: .max)
        samples.add(theirs: .min, ours: 1)
        _ = samples.verdict
    }

    @Test func `the entry says which clock is ahead, is raised once, and closed once`() {
        var watch = ClockWatch(isOpen: false)
        #expect(watch.step(.unclear) == nil)
        guard case .raise(let behind) = watch.step(.differs(milliseconds: 405_000)) else {
            Issue.record("not raised")
            return
        }
        #expect(behind.hasPrefix("this machine's clock is 405 s behind the gateway's"))
        #expect(watch.step(.differs(milliseconds: 406_000)) == nil)
        #expect(watch.step(.agrees) == .close(note: "the clocks agree again"))
        #expect(watch.step(.agrees) == nil)
        guard case .raise(let ahead) = watch.step(.differs(milliseconds: -405_000)) else {
            Issue.record("not raised")
            return
        }
        #expect(ahead.hasPrefix("this machine's clock is 405 s ahead of the gateway's"))
    }

    @Test func `an entry of an earlier run closes with the first time that agrees`() {
        var watch = ClockWatch(isOpen: true)
        #expect(watch.step(.unclear) == nil)
        #expect(watch.step(.agrees) == .close(note: "the clocks agree again"))
    }
}
