/// How much a log line matters.
package enum LogLevel: String, CaseIterable, Sendable {
    case debug, info, warning, error

    /// The severity of syslog(3), which journald reads from a line's `<n>`.
    var priority: UInt8 {
        switch self {
        case .debug: 7
        case .info: 6
        case .warning: 4
        case .error: 3
        }
    }
}

/// How a log line is written.
package enum LogFormat: String, CaseIterable, Sendable {
    /// `key=value`, for people.
    case text
    /// One JSON object.
    case json
}
