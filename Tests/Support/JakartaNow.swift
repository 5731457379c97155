import Glibc

/// Now, as the gateway writes times.
package enum JakartaNow {
    package static func text(offsetSeconds: Int = 0) -> String {
        text(seconds: Int(milliseconds() / 1_000) + offsetSeconds, end: "+07:00")
    }

    /// The next millisecond, which has begun when this returns: everything that has been received
    /// so far was received before it.
    package static func nextMillisecond() -> String {
        let next = milliseconds() + 1
        while milliseconds() < next {}
        let fraction = String(1_000 + next % 1_000).dropFirst()
        return text(seconds: Int(next / 1_000), end: ".\(fraction)+07:00")
    }

    private static func milliseconds() -> Int64 {
        // Not time(2), whose coarse clock is up to a tick behind the one that the product reads.
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }

    private static func text(seconds: Int, end: String) -> String {
        var seconds = seconds + 7 * 3600
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            + end
    }
}
