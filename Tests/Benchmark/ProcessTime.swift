import Glibc
import Support

/// Microseconds of CPU that a process has used so far, of all threads.
func cpuMicroseconds(of id: pid_t) throws -> Double {
    // The same time as utime + stime in /proc/PID/stat, but not in steps of 10 ms.
    var clock = clockid_t()
    let failure = clock_getcpuclockid(id, &clock)
    if failure != 0 { throw SystemCallFailure(call: "clock_getcpuclockid", code: failure) }
    return Double(nanoseconds(clock)) / 1_000
}

/// Microseconds of CPU that a process and its children have used so far, those that have ended
/// included.
func cpuMicroseconds(ofFamily id: pid_t) throws -> Double {
    // Of children that have ended, only steps of a clock tick are known: cutime + cstime.
    let ticks = try ProcessStatus(id).endedChildrenTicks
    let ended = Double(ticks) * 1e6 / Double(sysconf(CInt(_SC_CLK_TCK)))
    return try processes().reduce(cpuMicroseconds(of: id) + ended) { sum, process in
        // A process may have ended since its name was read.
        guard let status = try? ProcessStatus(process), status.parent == id else { return sum }
        return sum + ((try? cpuMicroseconds(of: process)) ?? 0)
    }
}

/// The ids of all processes.
private func processes() throws -> [pid_t] {
    guard let directory = opendir("/proc") else {
        throw SystemCallFailure(call: "opendir /proc", code: errno)
    }
    defer { closedir(directory) }
    var ids: [pid_t] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if let id = pid_t(name) { ids.append(id) }
    }
    return ids
}

/// Fields of `/proc/PID/stat`, see proc(5).
private struct ProcessStatus {
    let parent: pid_t

    /// Clock ticks that children used which have ended and were waited for.
    let endedChildrenTicks: Int

    init(_ id: pid_t) throws {
        // The name of the program is in parentheses, and may contain spaces and parentheses.
        let fields =
            try contents(of: "/proc/\(id)/stat")
            .split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 14, let parent = pid_t(fields[1]), let user = Int(fields[13]),
            let system = Int(fields[14])
        else {
            throw Options.Problem(description: "/proc/\(id)/stat is not as expected")
        }
        self.parent = parent
        endedChildrenTicks = user + system
    }
}
