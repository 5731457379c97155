import Glibc

/// Days of Jakarta, by the C library rather than by the product.
struct ShopCalendar {
    private static let daySeconds = 86_400
    private static let offsetSeconds = 7 * 3_600

    /// The first midnight, in seconds since the epoch.
    private let start: Int

    /// - Parameter text: the first day, as `2027-12-31`; nil is returned for what is no day.
    init?(from text: String) {
        let numbers = text.split(separator: "-").compactMap { Int32($0) }
        guard numbers.count == 3 else { return nil }
        var parts = tm()
        parts.tm_year = numbers[0] - 1_900
        parts.tm_mon = numbers[1] - 1
        parts.tm_mday = numbers[2]
        start = timegm(&parts) - Self.offsetSeconds
        if self.text(0) != text { return nil }
    }

    /// A time of a day, in seconds since the epoch.
    ///
    /// - Parameter day: counted from the first one.
    func time(_ day: Int, hour: Int, minute: Int = 0, second: Int = 0) -> Int {
        start + day * Self.daySeconds + hour * 3_600 + minute * 60 + second
    }

    /// A day as it is written in a summary.
    func text(_ day: Int) -> String {
        Self.format(time(day, hour: 0), "%Y-%m-%d")
    }

    /// Whether a day is the last one of its year.
    func endsYear(_ day: Int) -> Bool { text(day).hasSuffix("-12-31") }

    /// Whether a day is the last one of its month.
    func endsMonth(_ day: Int) -> Bool { text(day + 1).hasSuffix("-01") }

    /// A time as the gateway writes it.
    static func timestamp(_ seconds: Int) -> String { format(seconds, "%Y-%m-%dT%H:%M:%S+07:00") }

    private static func format(_ seconds: Int, _ form: String) -> String {
        var local = seconds + offsetSeconds
        var parts = tm()
        gmtime_r(&local, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, form, &parts)
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
