import Payments
import Testing
import Text

@testable import Overview

/// The counts of one Jakarta day.
struct DayTallyTests {
    static func at(_ text: String) -> Int64 {
        Timestamp(rfc3339: Array(text.utf8).span)?.milliseconds ?? 0
    }

    static func hour(_ text: String) -> Int64 {
        (at(text) + JakartaTime.offsetMilliseconds) / 3_600_000
    }

    private func tally() -> DayTally { DayTally(dayOf: Self.at("2026-11-29T14:05:00+07:00")) }

    @Test(arguments: [
        ("2026-11-29T00:00:00+07:00", 0), ("2026-11-28T17:00:00Z", 0),
        ("2026-11-29T23:59:59.999+07:00", 23), ("2026-11-29T14:05:00+07:00", 14),
        ("2026-11-28T23:59:59+07:00", nil), ("2026-11-30T00:00:00+07:00", nil),
    ])
    func `an hour is one of Jakarta's, and another day is left out`(text: String, hour: Int?) {
        var tally = tally()
        tally.add(callbacks: 3, inHour: Self.hour(text))
        tally.add(refused: 2, inHour: Self.hour(text))
        tally.add(
            .success,
            from: .notify,
            atMilliseconds: Self.at(text),
            amount: Amount(sen: 2_500_000),
            paidMilliseconds: Self.at(text) - 1_500
        )
        tally.add(
            .cancelled,
            from: .expiry,
            atMilliseconds: Self.at(text),
            amount: nil,
            paidMilliseconds: nil
        )
        var expected = HourTally()
        if hour != nil {
            (expected.callbacks, expected.refused) = (3, 2)
            (expected.paid, expected.paidSen, expected.expired) = (1, 2_500_000, 1)
        }
        #expect(tally.total == expected)
        #expect(tally.latency.count == (hour == nil ? 0 : 1))
        for (index, found) in tally.hours.enumerated() {
            #expect(found == (index == hour ? expected : HourTally()), "\(index)")
        }
    }

    @Test func `the day begins at midnight in Jakarta`() {
        #expect(tally().startMilliseconds == Self.at("2026-11-29T00:00:00+07:00"))
        #expect(tally().hours.count == 24)
    }

    @Test(arguments: TransactionStatus.allCases)
    func `success is paid, cancelled is expired, and nothing else counts`(
        status: TransactionStatus
    ) {
        var tally = tally()
        tally.add(
            status,
            from: .query,
            atMilliseconds: Self.at("2026-11-29T14:05:00+07:00"),
            amount: nil,
            paidMilliseconds: nil
        )
        #expect(tally.total.paid == (status == .success ? 1 : 0))
        #expect(tally.total.expired == (status == .cancelled ? 1 : 0))
        #expect(tally.total.paidSen == 0)
    }

    @Test(arguments: [
        TransitionSource.notify, .query, .generate, .operator, .expiry,
    ])
    func `only a callback shows how long it took`(source: TransitionSource) {
        var tally = tally()
        let now = Self.at("2026-11-29T14:05:00+07:00")
        tally.add(
            .success,
            from: source,
            atMilliseconds: now,
            amount: nil,
            paidMilliseconds: now - 4_000
        )
        #expect(tally.latency.count == (source == .notify ? 1 : 0))
    }

    @Test func `the largest amounts of a day can be summed`() {
        var tally = tally()
        for _ in 0..<100 {
            tally.add(
                .success,
                from: .query,
                atMilliseconds: Self.at("2026-11-29T14:05:00+07:00"),
                amount: Amount(sen: Amount.senMax),
                paidMilliseconds: nil
            )
        }
        #expect(tally.total.paidSen == 100 * Int128(Amount.senMax))
    }
}
