/// The severity of a log line.
package enum LogLevel: String, CaseIterable, Sendable {
    case debug, info, warning, error

    /// The syslog(3) priority, which journald reads from the prefix `<n>` of a line.
    var priority: UInt8 {
        switch self {
        case .debug: 7
        case .info: 6
        case .warning: 4
        case .error: 3
        }
    }
}

/// The format of a log line.
package enum LogFormat: String, CaseIterable, Sendable {
    /// `key=value`, for people.
    case text
    /// One JSON object.
    case json
}
