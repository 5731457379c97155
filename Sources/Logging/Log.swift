import System
import Synchronization

/// The program's log: lines to standard error.
///
/// A line below the level costs one atomic load. Others are made of bytes by the caller and written
/// by a thread of the log's own, whole lines only: lines of several threads never mix. Logging
/// never waits: lines beyond a bound are dropped, counted, and reported by a line of their own once
/// the reader takes lines again.
package struct Log: Sendable {
    /// Takes one finished line or several; may block. Returns whether they are written: if not,
    /// they are lost, and counted.
    package typealias Output = @Sendable ([UInt8]) -> Bool

    private let sink: LogSink

    /// - Parameters:
    ///   - isForJournal: lines carry their priority, see ``isUnderJournal(_:)``.
    ///   - pauseMilliseconds: between two writes. Without it each few lines are a write of their
    ///     own, which costs more than the lines.
    ///   - output: where lines go; called for one at a time.
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

    /// Whether the service manager reads standard error into its journal (systemd.exec(5)).
    package static func isUnderJournal(_ environment: [String: String]) -> Bool {
        environment["JOURNAL_STREAM"]?.isEmpty == false
    }

    /// Writes to standard error, however long its reader takes: lines that come meanwhile wait.
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

    /// Whether lines of `level` are written.
    package func isOn(_ level: LogLevel) -> Bool {
        level.rank >= sink.level.load(ordering: .relaxed)
    }

    /// Lines that were dropped since the start: the reader was too slow, or writing failed.
    package var droppedCount: UInt64 { sink.droppedCount }

    /// Writes a line of `level`; `fields` runs only when that level is on.
    package func write(
        _ level: LogLevel,
        _ message: String,
        _ fields: (inout LogLine) -> Void = { _ in }
    ) {
        guard isOn(level) else { return }
        sink.add(sink.line(level, message, fields), isUrgent: level.isUrgent)
    }

    /// For what only a developer wants to see.
    package func debug(_ message: String, _ fields: (inout LogLine) -> Void = { _ in }) {
        write(.debug, message, fields)
    }

    /// For what is as it should be.
    package func info(_ message: String, _ fields: (inout LogLine) -> Void = { _ in }) {
        write(.info, message, fields)
    }

    /// For what somebody should look at some day.
    package func warning(_ message: String, _ fields: (inout LogLine) -> Void = { _ in }) {
        write(.warning, message, fields)
    }

    /// For what somebody should look at now.
    package func error(_ message: String, _ fields: (inout LogLine) -> Void = { _ in }) {
        write(.error, message, fields)
    }

    /// Waits until the lines so far are written. To be called before the process ends.
    ///
    /// - Parameter milliseconds: how long at most; a log that is not read is given up then.
    /// - Returns: whether they are written.
    @discardableResult
    package func flush(withinMilliseconds milliseconds: Int = 1_000) -> Bool {
        sink.flush(withinMilliseconds: milliseconds)
    }
}
