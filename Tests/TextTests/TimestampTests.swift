import Text
import Testing

struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "the epoch"),
            ("2024-11-04T10:00:00+07:00", 1_730_689_200_000, "the gateway's form"),
            ("2024-11-04T03:00:00Z", 1_730_689_200_000, "the same in UTC"),
            ("2024-11-03t22:00:00-05:00", 1_730_689_200_000, "the same, small t, another day"),
            ("2024-11-04T03:00:00z", 1_730_689_200_000, "small z"),
            ("2024-11-04T08:30:00.5+05:30", 1_730_689_200_500, "half an hour, one digit"),
            ("2024-11-04T03:00:00.123Z", 1_730_689_200_123, "three digits"),
            ("2024-11-04T03:00:00.123999999999999999999Z", 1_730_689_200_123, "finer is cut off"),
            ("2024-11-04T03:00:00.0009Z", 1_730_689_200_000, "less than a millisecond"),
            ("2024-11-04T03:00:00-00:00", 1_730_689_200_000, "unknown offset"),
            ("1969-12-31T23:59:59.999Z", -1, "before the epoch"),
            ("2000-02-29T00:00:00Z", 951_782_400_000, "a leap year by 400"),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000, "a leap year by 4"),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000, "the first instant"),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999, "the last instant"),
            ("0001-01-01T00:00:00+23:59", -62_135_683_140_000, "before the first in UTC"),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000, "a leap second"),
            ("2017-01-01T06:59:60+07:00", 1_483_228_800_000, "the same in Jakarta"),
            ("1990-12-31T15:59:60-08:00", 662_688_000_000, "RFC 3339 section 5.8's example"),
        ] as [(String, Int64, String)]
    )
    func `reads RFC 3339`(text: String, milliseconds: Int64, why: String) {
        #expect(Self.parse(text) == milliseconds, "\(why)")
    }

    @Test(arguments: [
        ("", "empty"), ("2024-11-04", "no time"), ("2024-11-04T10:00:00", "no offset"),
        ("2024-11-04T10:00:00+0700", "offset without colon"),
        ("2024-11-04T10:00:00+07", "hours only"),
        ("2024-11-04T10:00:00+7:00", "one digit"), ("2024-11-04T10:00:00+24:00", "offset hour 24"),
        ("2024-11-04T10:00:00+07:60", "offset minute 60"), ("2024-11-04T10:00:00 +07:00", "blank"),
        ("2024-11-04 10:00:00+07:00", "blank for T"), ("2024-11-04_10:00:00+07:00", "other for T"),
        ("20241104T100000Z", "basic form"), ("2024-11-04T24:00:00Z", "hour 24"),
        ("2024-11-04T10:60:00Z", "minute 60"), ("2024-11-04T10:00:61Z", "second 61"),
        ("2024-11-04T10:00:60Z", "leap second in mid-day"),
        ("2016-12-30T23:59:60Z", "leap second in mid-month"),
        ("2016-12-31T23:59:60+07:00", "leap second that is none in UTC"),
        ("2023-02-29T00:00:00Z", "no leap year"), ("2023-02-30T00:00:00Z", "30 February"),
        ("1900-02-29T00:00:00Z", "no leap year by 100"), ("2024-04-31T00:00:00Z", "31 April"),
        ("2024-13-01T00:00:00Z", "month 13"), ("2024-00-01T00:00:00Z", "month 0"),
        ("2024-01-00T00:00:00Z", "day 0"), ("2024-01-32T00:00:00Z", "day 32"),
        ("0000-01-01T00:00:00Z", "year 0"), ("2024-11-04T10:00:00.Z", "no digit"),
        ("2024-11-04T10:00:00,5Z", "comma"), ("2024-11-04T10:00:00.5", "fraction, no offset"),
        ("2024-11-04T10:00:00ZZ", "bytes behind"), ("2024-11-04T10:00:00Z ", "blank behind"),
        (" 2024-11-04T10:00:00Z", "blank in front"), ("+2024-11-04T10:00:00Z", "sign in front"),
        ("2024-11-04T10:00:0aZ", "a letter"), ("2024/11/04T10:00:00Z", "slashes"),
        ("2024-11-04T10.00.00Z", "points"), ("2024-11-04T10:00:00±07:00", "another sign"),
        ("2024-11-04T1:00:00+07:00", "one digit"), ("2024-11-04T10:00+07:00", "no seconds"),
        ("２024-11-04T10:00:00Z", "a wide digit"), ("1730689200000", "milliseconds"),
        ("2024-11-04T10:00:00+07:00:00", "seconds of offset"),
    ])
    func `refuses everything else`(text: String, why: String) {
        #expect(Self.parse(text) == nil, "\(why)")
    }

    @Test func `every prefix and every changed length is refused`() {
        let text = "2024-11-04T10:00:00.250+07:00"
        #expect(Self.parse(text) != nil)
        for count in 0..<text.count { #expect(Self.parse(String(text.prefix(count))) == nil) }
        for byte in UInt8(0x20)...0x7E {
            #expect(Self.parse(text + String(Unicode.Scalar(byte))) == nil)
        }
    }

    @Test(
        arguments: [
            ("1730689200000", 1_730_689_200_000), ("1730689200000.9", nil),
            ("1.7306892E12", 1_730_689_200_000),
            ("999999999999", nil), ("1000000000000", 1_000_000_000_000),
            ("9999999999999", 9_999_999_999_999), ("10000000000000", nil), ("20241104100000", nil),
            ("-1730689200000", nil), ("", nil), ("1730689200000 ", nil), ("0x1", nil),
        ] as [(String, Int64?)]
    )
    func `reads epoch milliseconds of 13 digits`(text: String, milliseconds: Int64?) {
        let timestamp = Timestamp(epochMilliseconds: Array(text.utf8).span)
        #expect(timestamp?.milliseconds == milliseconds)
    }

    private static func parse(_ text: String) -> Int64? {
        Timestamp(rfc3339: Array(text.utf8).span)?.milliseconds
    }
}

struct JakartaTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T07:00:00+07:00", "1970-01-01T07:00:00.000+07:00"),
            (-1, "1970-01-01T06:59:59+07:00", "1970-01-01T06:59:59.999+07:00"),
            (1_730_689_200_123, "2024-11-04T10:00:00+07:00", "2024-11-04T10:00:00.123+07:00"),
            (951_757_200_000, "2000-02-29T00:00:00+07:00", "2000-02-29T00:00:00.000+07:00"),
            (1_735_664_399_999, "2024-12-31T23:59:59+07:00", "2024-12-31T23:59:59.999+07:00"),
            (-62_135_596_800_000, "0001-01-01T07:00:00+07:00", "0001-01-01T07:00:00.000+07:00"),
        ] as [(Int64, String, String)]
    )
    func `writes what SNAP BI asks for`(milliseconds: Int64, text: String, fraction: String) {
        #expect(JakartaTime.text(milliseconds: milliseconds) == text)
        #expect(JakartaTime.textWithFraction(milliseconds: milliseconds) == fraction)
    }

    @Test(arguments: [Int64.min, -1 << 60, 1 << 60, Int64.max])
    func `keeps its length for instants that no calendar has`(milliseconds: Int64) {
        #expect(JakartaTime.text(milliseconds: milliseconds).utf8.count == 25)
        #expect(JakartaTime.textWithFraction(milliseconds: milliseconds).utf8.count == 29)
    }

    @Test func `reads back what it wrote, day by day through the whole calendar`() {
        let first: Int64 = -62_135_596_800_000
        var milliseconds = first
        while milliseconds < 253_402_275_600_000 {
            let text = Array(JakartaTime.textWithFraction(milliseconds: milliseconds).utf8)
            let back = Timestamp(rfc3339: text.span)?.milliseconds
            if back != milliseconds { Issue.record("\(milliseconds)") }
            // 37 days and some milliseconds: every month, day and time of day comes by.
            milliseconds += 37 * 86_400_000 + 12_345_679
        }
    }

    @Test func `a day begins at midnight in Jakarta`() throws {
        let start = try #require(Self.startOfDay("2024-11-04"))
        #expect(start == 1_730_653_200_000)
        let day = JakartaTime.day(milliseconds: start)
        #expect(day == 20_031)
        #expect(JakartaTime.day(milliseconds: start - 1) == day - 1)
        #expect(JakartaTime.day(milliseconds: start + 86_399_999) == day)
        #expect(JakartaTime.day(milliseconds: start + 86_400_000) == day + 1)
        #expect(JakartaTime.day(milliseconds: 0) == 0)
        #expect(JakartaTime.day(milliseconds: -25_200_001) == -1)
    }

    @Test(arguments: [
        "2024-02-30", "2024-2-3", "20240203", "2024-02-03T", "", "2024-02-03 ", "abcd-ef-gh",
    ])
    func `a day that does not exist has no beginning`(text: String) {
        #expect(Self.startOfDay(text) == nil)
    }

    private static func startOfDay(_ text: String) -> Int64? {
        JakartaTime.startOfDay(Array(text.utf8).span)
    }
}
