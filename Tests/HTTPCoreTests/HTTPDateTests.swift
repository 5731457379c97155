import Testing

@testable import HTTPCore

struct HTTPDateTests {
    private static let dates: [(seconds: Int, text: String, reason: String)] = [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT", "the example of RFC 9110"),
        (0, "Thu, 01 Jan 1970 00:00:00 GMT", "the epoch"),
        (86_399, "Thu, 01 Jan 1970 23:59:59 GMT", "the end of a day"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT", "a leap day of a year divisible by 400"),
        (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT", "the day after it"),
        (1_078_012_800, "Sun, 29 Feb 2004 00:00:00 GMT", "a leap day"),
        (1_677_628_799, "Tue, 28 Feb 2023 23:59:59 GMT", "the end of February"),
        (1_704_067_199, "Sun, 31 Dec 2023 23:59:59 GMT", "the end of a year"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT", "no leap day in 2100"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT", "the last that fits"),
        (253_402_300_800, "Fri, 31 Dec 9999 23:59:59 GMT", "held there"),
        (-1, "Thu, 01 Jan 1970 00:00:00 GMT", "held at the epoch"),
    ]

    @Test func `a date has the fixed form`() {
        for (seconds, text, reason) in Self.dates {
            let date = HTTPDate(epochSeconds: seconds)
            #expect(String(decoding: date.bytes, as: UTF8.self) == text, "\(reason)")
        }
    }
}
