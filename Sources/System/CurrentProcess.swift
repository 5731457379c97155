@unsafe @preconcurrency import Dispatch
import Glibc
import Synchronization

/// The running process.
package enum CurrentProcess {
    /// Wraps `getpid(2)`.
    package static var id: Int { Int(getpid()) }

    /// Ends the process at once, without cleaning up. Wraps `_exit(2)`.
    package static func exit(_ status: Int32) -> Never { _exit(status) }

    /// The arguments after the program's name: those of the runtime or, where the runtime has none,
    /// those of the kernel (proc_pid_cmdline(5)).
    package static func arguments(_ runtime: [String] = CommandLine.arguments) -> [String] {
        if !runtime.isEmpty { return Array(runtime.dropFirst()) }
        let file = try? FileContents(reading: "/proc/self/cmdline", bytesMax: 1 << 22)
        return arguments(in: file?.bytes ?? [])
    }

    /// The arguments after the first one in the kernel's form of a command line, where each ends
    /// with a zero byte.
    static func arguments(in commandLine: [UInt8]) -> [String] {
        var arguments = commandLine.split(separator: 0, omittingEmptySubsequences: false)
        if arguments.last?.isEmpty == true { arguments.removeLast() }
        return arguments.dropFirst().map { String(decoding: $0, as: UTF8.self) }
    }

    /// A copy of the environment variables (environ(7)); of a repeated name the first one counts.
    ///
    /// The program never changes its environment, so reading it needs no lock.
    package static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = unsafe environ
        while let pointer = unsafe entry.pointee {
            let text = unsafe String(cString: pointer)
            if let separator = text.firstIndex(of: "=") {
                let name = String(text[..<separator])
                let value = String(text[text.index(after: separator)...])
                if variables[name] == nil { variables[name] = value }
            }
            unsafe entry += 1
        }
        return variables
    }

    /// The processor time and the peak memory of the process. Wraps `getrusage(2)`.
    package static var usage: (processorMicroseconds: UInt64, peakMemoryBytes: UInt64) {
        var usage = rusage()
        // Fails only for an invalid argument.
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let times = [usage.ru_utime, usage.ru_stime]
        let microseconds = times.reduce(0) { $0 + $1.tv_sec * 1_000_000 + $1.tv_usec }
        return (UInt64(clamping: microseconds), UInt64(clamping: usage.ru_maxrss) * 1_024)
    }
}

/// The limit of open descriptors (`RLIMIT_NOFILE`).
package enum FileLimit {
    /// The limit in force, and its maximum.
    package struct Values: Equatable, Sendable {
        package let soft: Int
        package let hard: Int
    }

    /// Wraps `getrlimit(2)`.
    package static func current() throws(SystemError) -> Values {
        var limit = rlimit()
        let which = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        _ = try retryingOnInterrupt("getrlimit") { unsafe getrlimit(which, &limit) }
        return Values(soft: Int(clamping: limit.rlim_cur), hard: Int(clamping: limit.rlim_max))
    }

    /// Raises the soft limit to the hard one; returns the limits in force afterwards.
    ///
    /// Wraps `setrlimit(2)`.
    @discardableResult
    package static func raise() throws(SystemError) -> Values {
        let values = try current()
        guard values.soft < values.hard else { return values }
        var limit = rlimit()
        limit.rlim_cur = rlim_t(values.hard)
        limit.rlim_max = rlim_t(values.hard)
        let which = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        _ = try retryingOnInterrupt("setrlimit") { unsafe setrlimit(which, &limit) }
        return try current()
    }
}

/// The first thread of the program.
package enum MainThread {
    /// Runs `body` on the shared pool and blocks this thread until it returns.
    ///
    /// An asynchronous `main` would give the thread to Dispatch for good, and every closure formed
    /// in it would belong to the main actor.
    package static func wait<Value: Sendable>(
        for body: @escaping @Sendable () async -> Value
    ) -> Value {
        let done = DispatchSemaphore(value: 0)
        let result = Result<Value>()
        Task {
            let value = await body()
            result.value.withLock { $0 = value }
            done.signal()
        }
        while true {
            done.wait()
            if let value = result.value.withLock({ $0 }) { return value }
        }
    }

    private final class Result<Value: Sendable>: Sendable {
        let value = Mutex<Value?>(nil)
    }
}
