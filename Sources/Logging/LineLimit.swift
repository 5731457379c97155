import Synchronization

/// Limits the lines of one kind, so that a flood of requests cannot fill the log. Thread-safe.
///
/// The first lines of a period are written; the others are counted, and one line at its end reports
/// their number. A period begins with its first line.
package final class LineLimit: Sendable {
    private struct Period {
        var writtenCount = 0

        /// Lines that were not written, by reason.
        var omitted: [String: UInt64] = [:]
    }

    private let log: Log
    private let summary: String
    private let linesMax: Int
    private let milliseconds: Int
    private let period = Mutex(Period())

    /// - Parameters:
    ///   - summary: the message of the line that reports what was not written.
    ///   - linesMax: how many lines of a period are written.
    ///   - milliseconds: the length of a period.
    package init(_ log: Log, summary: String, linesMax: Int = 20, milliseconds: Int = 60_000) {
        self.log = log
        self.summary = summary
        self.linesMax = linesMax
        self.milliseconds = milliseconds
    }

    /// Logs a normal event, or counts it.
    ///
    /// - Parameter reason: one of a closed list; the summary names the commonest.
    package func info(
        _ message: String,
        reason: String,
        _ fields: (inout LogLine) -> Void
    ) {
        write(.info, message, reason, fields)
    }

    /// Logs what an operator should check, or counts it.
    ///
    /// - Parameter reason: one of a closed list; the summary names the commonest.
    package func warning(
        _ message: String,
        reason: String,
        _ fields: (inout LogLine) -> Void
    ) {
        write(.warning, message, reason, fields)
    }

    private func write(
        _ level: LogLevel,
        _ message: String,
        _ reason: String,
        _ fields: (inout LogLine) -> Void
    ) {
        guard log.isOn(level), admits(reason) else { return }
        log.write(level, message, fields)
    }

    private func admits(_ reason: String) -> Bool {
        let (isFirst, isAdmitted) = period.withLock { period in
            guard period.writtenCount < linesMax else {
                period.omitted[reason, default: 0] += 1
                return (false, false)
            }
            period.writtenCount += 1
            return (period.writtenCount == 1, true)
        }
        if isFirst { log.run(afterMilliseconds: milliseconds) { [self] in endPeriod() } }
        return isAdmitted
    }

    /// Ends the period and reports what was not written; the timer calls it, and a stop.
    package func endPeriod() {
        let omitted = period.withLock { period in
            defer { period = Period() }
            return period.omitted
        }
        let isLess = { (one: (key: String, value: UInt64), other: (key: String, value: UInt64)) in
            (one.value, other.key) < (other.value, one.key)
        }
        guard let most = omitted.max(by: isLess) else { return }
        log.info(summary) {
            $0.add("lines", omitted.values.reduce(0, +))
            $0.add("mostly", most.key)
        }
    }
}
