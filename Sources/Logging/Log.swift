import System
import Synchronization

/// The program's log: lines to standard error.
///
/// A line below the level costs one atomic load. Other lines are formatted by the caller and
/// written by the log's own thread, so that lines of several threads never mix. Logging never
/// blocks: lines beyond a limit are dropped and counted, and a line reports their number once the
/// reader continues.
package struct Log: Sendable {
    /// Writes one or several finished lines, and may block.
    ///
    /// Returns whether they are written; otherwise they count as dropped.
    package typealias Output = @Sendable ([UInt8]) -> Bool

    private let sink: LogSink

    /// - Parameters:
    ///   - isForJournal: whether lines begin with their priority; see ``isUnderJournal(_:)``.
    ///   - pauseMilliseconds: the pause between two writes. Without it every few lines need a write
    ///     of their own, which costs more than formatting them.
    ///   - output: writes the lines; never called concurrently.
    package init(
        level: LogLevel = .info,
        format: LogFormat = .text,
        isForJournal: Bool = false,
        pauseMilliseconds: Int = 5,
        output: @escaping Output = Self.standardError
    ) {
        sink = LogSink(
            level: level,
            format: format,
            isForJournal: isForJournal,
            pauseMilliseconds: pauseMilliseconds,
            output: output
        )
    }

    /// Whether standard error is connected to the systemd journal (systemd.exec(5)).
    package static func isUnderJournal(_ environment: [String: String]) -> Bool {
        environment["JOURNAL_STREAM"]?.isEmpty == false
    }

    /// Writes to standard error, and blocks while its reader does not read.
    package static let standardError: Output = { lines in
        do throws(SystemError) {
            try StandardStream.error.write(lines.span, waitMilliseconds: -1)
            return true
        } catch {
            return false
        }
    }

    /// Changes level and format for every copy of this log.
    package func apply(level: LogLevel, format: LogFormat) {
        sink.level.store(level.rank, ordering: .relaxed)
        sink.isJSON.store(format == .json, ordering: .relaxed)
    }

    /// Changes level and format, then logs a normal event if the level before or the new one shows
    /// it: when the line is there, the change is in force.
    package func apply(
        level: LogLevel,
        format: LogFormat,
        reporting message: String,
        _ fields: (inout LogLine) -> Void
    ) {
        let wasOn = isOn(.info)
        apply(level: level, format: format)
        guard wasOn || isOn(.info) else { return }
        sink.add(sink.line(.info, message, fields), .info)
    }

    /// Whether lines of `level` are written.
    package func isOn(_ level: LogLevel) -> Bool {
        level.rank >= sink.level.load(ordering: .relaxed)
    }

    /// Lines dropped since the start, because the reader was too slow or a write failed.
    package var droppedCount: UInt64 { sink.droppedCount }

    /// Warnings and errors since the start, dropped lines included.
    package var urgentCounts: (warnings: UInt64, errors: UInt64) { sink.urgentCounts }

    /// Writes a line of `level`; `fields` runs only if that level is enabled.
    package func write(
        _ level: LogLevel,
        _ message: String,
        _ fields: (inout LogLine) -> Void = { _ in }
    ) {
        guard isOn(level) else { return }
        sink.add(sink.line(level, message, fields), level)
    }

    /// Logs a detail that only developers need.
    package func debug(_ message: String, _ fields: (inout LogLine) -> Void = { _ in }) {
        write(.debug, message, fields)
    }

    /// Logs a normal event.
    package func info(_ message: String, _ fields: (inout LogLine) -> Void = { _ in }) {
        write(.info, message, fields)
    }

    /// Logs a condition that an operator should check eventually.
    package func warning(_ message: String, _ fields: (inout LogLine) -> Void = { _ in }) {
        write(.warning, message, fields)
    }

    /// Logs a failure that an operator should check now.
    package func error(_ message: String, _ fields: (inout LogLine) -> Void = { _ in }) {
        write(.error, message, fields)
    }

    /// Runs `work` on the log's thread once `milliseconds` have passed; it must be short.
    func run(afterMilliseconds milliseconds: Int, _ work: @escaping @Sendable () -> Void) {
        sink.run(afterMilliseconds: milliseconds, work)
    }

    /// Waits until the lines logged so far are written; call it before the process exits.
    ///
    /// - Parameter milliseconds: the maximum wait, for a log whose reader has stopped.
    /// - Returns: whether the lines are written.
    @discardableResult
    package func flush(withinMilliseconds milliseconds: Int = 1_000) -> Bool {
        sink.flush(withinMilliseconds: milliseconds)
    }
}
