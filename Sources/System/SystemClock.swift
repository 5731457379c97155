import Glibc

/// The system's clocks.
package enum SystemClock {
    /// Nanoseconds since a fixed time; never decreases. For durations and deadlines.
    package static func monotonicNanoseconds() -> UInt64 {
        let time = read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Nanoseconds since the system started, including the time in which it was suspended.
    static func sinceBootNanoseconds() -> UInt64 {
        let time = read(CLOCK_BOOTTIME)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    package static func realtimeMilliseconds() -> Int64 {
        let time = read(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Wraps `clock_gettime(2)`, which fails only for a clock that does not exist.
    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        let result = unsafe clock_gettime(clock, &time)
        precondition(result == 0, "no such clock")
        return time
    }
}
