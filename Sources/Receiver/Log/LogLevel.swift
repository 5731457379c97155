/// How much a log line matters; in the order of the configuration's words.
package enum LogLevel: String, CaseIterable, Sendable {
    case debug, info, warning, error
}

/// How a log line is written.
package enum LogFormat: String, CaseIterable, Sendable {
    case text, json
}
