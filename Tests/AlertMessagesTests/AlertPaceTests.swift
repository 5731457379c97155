import Payments
import Testing

@testable import AlertMessages

/// When messages may be sent. Times are milliseconds of a clock that starts anywhere.
struct AlertPaceTests {
    private static let start: Int64 = 1_000_000

    @Test func `the first message is sent at once, the next of its kind a minute later`() {
        var pace = AlertPace()
        #expect(pace.step(waiting: [], atMilliseconds: Self.start) == .idle)
        #expect(
            pace.step(waiting: [.diskLow], atMilliseconds: Self.start) == .send(.diskLow)
        )
        pace.recordSent(.diskLow, atMilliseconds: Self.start)
        let next = Self.start + 60_000
        #expect(
            pace.step(waiting: [.diskLow], atMilliseconds: next - 1)
                == .wait(untilMilliseconds: next)
        )
        #expect(pace.step(waiting: [.diskLow], atMilliseconds: next) == .send(.diskLow))
        #expect(
            pace.step(waiting: [.diskLow, .qrRefused], atMilliseconds: Self.start)
                == .send(.qrRefused),
            "other kinds do not wait"
        )
    }

    @Test func `the kind that could be sent for the longest time comes first`() {
        var pace = AlertPace()
        pace.recordSent(.diskLow, atMilliseconds: Self.start)
        pace.recordSent(.qrRefused, atMilliseconds: Self.start - 1)
        let both: [AttentionKind] = [.diskLow, .qrRefused]
        #expect(
            pace.step(waiting: both, atMilliseconds: Self.start + 99_999) == .send(.qrRefused)
        )
    }

    @Test func `what does not arrive delays all kinds, longer each time, until one arrives`() {
        var pace = AlertPace()
        var now = Self.start
        for pause in [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000] {
            pace.recordFailure(retryAfterSeconds: nil, atMilliseconds: now)
            for kind in [AttentionKind.diskLow, .qrRefused] {
                #expect(
                    pace.step(waiting: [kind], atMilliseconds: now)
                        == .wait(untilMilliseconds: now + Int64(pause))
                )
            }
            now += Int64(pause)
            #expect(pace.step(waiting: [.diskLow], atMilliseconds: now) == .send(.diskLow))
        }
        pace.recordSent(.qrRefused, atMilliseconds: now)
        pace.recordFailure(retryAfterSeconds: nil, atMilliseconds: now)
        #expect(
            pace.step(waiting: [.diskLow], atMilliseconds: now)
                == .wait(untilMilliseconds: now + 5_000)
        )
    }

    @Test(arguments: [
        (-5, 5_000), (0, 5_000), (4, 5_000), (30, 30_000), (3_600, 3_600_000),
        (3_601, 3_600_000), (.max, 3_600_000),
    ])
    func `Retry-After is honoured within bounds`(seconds: Int, pause: Int64) {
        var pace = AlertPace()
        pace.recordFailure(retryAfterSeconds: seconds, atMilliseconds: Self.start)
        #expect(
            pace.step(waiting: [.diskLow], atMilliseconds: Self.start)
                == .wait(untilMilliseconds: Self.start + pause)
        )
    }

    @Test func `what is rejected delays its kind alone, longer each time`() {
        var pace = AlertPace()
        var now = Self.start
        for pause: Int64 in [300_000, 600_000, 1_200_000, 2_400_000, 3_600_000, 3_600_000] {
            pace.recordRejection(.diskLow, atMilliseconds: now)
            #expect(
                pace.step(waiting: [.diskLow], atMilliseconds: now)
                    == .wait(untilMilliseconds: now + pause)
            )
            #expect(
                pace.step(waiting: [.diskLow, .qrRefused], atMilliseconds: now)
                    == .send(.qrRefused)
            )
            now += pause
        }
        pace.recordSent(.diskLow, atMilliseconds: now)
        pace.recordRejection(.diskLow, atMilliseconds: now)
        #expect(
            pace.step(waiting: [.diskLow], atMilliseconds: now)
                == .wait(untilMilliseconds: now + 300_000)
        )
    }

    @Test func `a reload ends the pauses after failures, not those between messages`() {
        var pace = AlertPace()
        pace.recordSent(.diskLow, atMilliseconds: Self.start)
        pace.recordRejection(.qrRefused, atMilliseconds: Self.start)
        pace.recordFailure(retryAfterSeconds: 900, atMilliseconds: Self.start)
        pace.endFailurePauses()
        #expect(pace.step(waiting: [.qrRefused], atMilliseconds: Self.start) == .send(.qrRefused))
        #expect(
            pace.step(waiting: [.diskLow], atMilliseconds: Self.start)
                == .wait(untilMilliseconds: Self.start + 60_000)
        )
    }

    @Test(arguments: [
        (0, 60_000), (1, 59_999), (59_999, 1), (60_000, 0), (9_999_999, 0), (-1, 0),
        (-9_999_999, 0),
    ])
    func `a restart continues the pause after the last message`(elapsed: Int64, rest: Int64) {
        var pace = AlertPace()
        pace.restore(.diskLow, elapsedMilliseconds: elapsed, atMilliseconds: Self.start)
        let step = pace.step(waiting: [.diskLow], atMilliseconds: Self.start)
        #expect(
            step == (rest == 0 ? .send(.diskLow) : .wait(untilMilliseconds: Self.start + rest))
        )
    }
}
