import Glibc

/// How many descriptors the process may have open (`RLIMIT_NOFILE`).
package enum FileLimit {
    /// The limit in force and the one it may be raised to.
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

    /// Raises the soft limit to the hard one and returns what is in force then.
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
