import Glibc

/// What the kernel knows about the running process (proc_pid_stat(5)).
package struct ProcessStatistics: Equatable, Sendable {
    /// Physical memory in use, in bytes.
    package let residentBytes: UInt64

    /// Address space in use, in bytes.
    package let virtualBytes: UInt64
    package let threadCount: UInt64

    /// When the process started, in nanoseconds since the system started.
    let startNanoseconds: UInt64

    /// Reads `/proc/self/stat`; nil where there is no such file.
    package static func current() -> ProcessStatistics? {
        guard let file = try? FileContents(reading: "/proc/self/stat", bytesMax: 4_096) else {
            return nil
        }
        return ProcessStatistics(
            file.bytes,
            ticksPerSecond: UInt64(clamping: sysconf(CInt(_SC_CLK_TCK))),
            pageBytes: UInt64(clamping: sysconf(CInt(_SC_PAGESIZE)))
        )
    }

    /// Reads one line in the form of `/proc/PID/stat`; nil when it has another form.
    init?(_ line: [UInt8], ticksPerSecond: UInt64, pageBytes: UInt64) {
        // The second field is the program's name in parentheses, and may hold any bytes.
        guard ticksPerSecond > 0, let end = line.lastIndex(of: UInt8(ascii: ")")) else {
            return nil
        }
        let words = line[(end + 1)...].split { $0 == 0x20 || $0 == 0x0A }
        // The manual counts fields from 1, and the first word is field 3.
        let field = { (number: Int) -> UInt64? in
            let index = number - 3
            guard words.indices.contains(index) else { return nil }
            return UInt64(String(decoding: words[index], as: UTF8.self))
        }
        guard let threads = field(20), let start = field(22), let bytes = field(23),
            let pages = field(24)
        else { return nil }
        threadCount = threads
        startNanoseconds = start * 1_000_000_000 / ticksPerSecond
        virtualBytes = bytes
        residentBytes = pages * pageBytes
    }

    /// How many descriptors the process has open; nil where `/proc` does not tell.
    package static func openDescriptorCount() -> Int? {
        // One of them is that of the directory itself.
        (try? FilePath.names(in: "/proc/self/fd")).map { $0.count - 1 }
    }

    /// When the process started, in milliseconds since the epoch by the present clock; nil where
    /// `/proc` does not tell.
    package static func startMilliseconds() -> Int64? {
        guard let start = current()?.startNanoseconds else { return nil }
        let age = Int64(clamping: SystemClock.sinceBootNanoseconds()) - Int64(clamping: start)
        return SystemClock.realtimeMilliseconds() - age / 1_000_000
    }
}
