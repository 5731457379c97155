import Queues
import System
import Synchronization

/// The state that all copies of a log share: settings, and lines not yet written.
final class LogSink: Sendable {
    let level: Atomic<Int>
    let isJSON: Atomic<Bool>
    private let isForJournal: Bool
    private let pauseMilliseconds: Int
    private let output: Log.Output
    private let waiting = Mutex(Waiting())
    private let dropped = Atomic<UInt64>(0)
    private let warnings = Atomic<UInt64>(0)
    private let errors = Atomic<UInt64>(0)

    /// Blocks while the reader of the log does not read, so it has a thread of its own.
    private let executor = QueueExecutor(blockingLabel: "log")

    /// Maximum bytes of waiting lines, about 4,000 lines.
    static let waitingBytesMax = 1_048_576

    /// Additional bytes for warnings and errors, so that a flood of other lines does not displace
    /// them.
    static let urgentBytesMax = 65_536

    private struct Waiting {
        var bytes: [UInt8] = []
        var lineCount: UInt64 = 0

        /// Dropped lines that no log line has reported yet.
        var droppedCount: UInt64 = 0

        /// Whether a write is already scheduled, at once or after the pause.
        var isWriteDue = false

        /// Removes and returns the waiting lines.
        mutating func removeAll() -> Waiting {
            let removed = self
            self = Waiting()
            isWriteDue = removed.isWriteDue
            return removed
        }
    }

    init(
        level: LogLevel,
        format: LogFormat,
        isForJournal: Bool,
        pauseMilliseconds: Int,
        output: @escaping Log.Output
    ) {
        self.level = Atomic(level.rank)
        isJSON = Atomic(format == .json)
        self.isForJournal = isForJournal
        self.pauseMilliseconds = pauseMilliseconds
        self.output = output
    }

    /// Lines dropped since the start.
    var droppedCount: UInt64 { dropped.load(ordering: .relaxed) }

    /// Warnings and errors since the start.
    var urgentCounts: (warnings: UInt64, errors: UInt64) {
        (warnings.load(ordering: .relaxed), errors.load(ordering: .relaxed))
    }

    private func count(_ level: LogLevel) {
        switch level {
        case .debug, .info: break
        case .warning: warnings.add(1, ordering: .relaxed)
        case .error: errors.add(1, ordering: .relaxed)
        }
    }

    /// Formats a line with the current settings.
    func line(
        _ level: LogLevel,
        _ message: String,
        _ fields: (inout LogLine) -> Void
    ) -> [UInt8] {
        var line = LogLine(
            level,
            message,
            format: isJSON.load(ordering: .relaxed) ? .json : .text,
            isForJournal: isForJournal,
            milliseconds: SystemClock.realtimeMilliseconds()
        )
        fields(&line)
        return line.finished()
    }

    /// Queues the line for the log's thread, or drops it if too many wait; never blocks.
    func add(_ line: [UInt8], _ level: LogLevel) {
        count(level)
        let bytesMax = Self.waitingBytesMax + (level.isUrgent ? Self.urgentBytesMax : 0)
        let wakes = waiting.withLock { waiting in
            guard waiting.bytes.count + line.count <= bytesMax else {
                waiting.droppedCount += 1
                dropped.add(1, ordering: .relaxed)
                return false
            }
            waiting.bytes += line
            waiting.lineCount += 1
            let wakes = !waiting.isWriteDue
            waiting.isWriteDue = true
            return wakes
        }
        if wakes { executor.run { [self] in writeUntilEmpty() } }
    }

    func run(afterMilliseconds milliseconds: Int, _ work: @escaping @Sendable () -> Void) {
        executor.run(afterMilliseconds: milliseconds, work)
    }

    /// Writes the waiting lines; returns whether that was done in time.
    func flush(withinMilliseconds milliseconds: Int) -> Bool {
        executor.run { [self] in writeWaiting() }
        return executor.wait(withinMilliseconds: milliseconds)
    }

    /// Writes the waiting lines, and again after each pause until none waits.
    private func writeUntilEmpty() {
        let isEmpty = waiting.withLock { waiting in
            if waiting.bytes.isEmpty { waiting.isWriteDue = false }
            return waiting.bytes.isEmpty
        }
        if isEmpty { return }
        writeWaiting()
        executor.run(afterMilliseconds: pauseMilliseconds) { [self] in writeUntilEmpty() }
    }

    /// Writes all waiting lines at once, followed by the number of dropped lines.
    private func writeWaiting() {
        var lines = waiting.withLock { $0.removeAll() }
        if lines.bytes.isEmpty, lines.droppedCount == 0 { return }
        if lines.droppedCount > 0 {
            lines.bytes += line(.warning, "log lines dropped") { [lines] in
                $0.add("lines", lines.droppedCount)
            }
        }
        if !output(lines.bytes) {
            // The failure is reported by the next lines that can be written.
            let lost = (lines: lines.lineCount, dropped: lines.droppedCount)
            dropped.add(lost.lines, ordering: .relaxed)
            waiting.withLock { $0.droppedCount += lost.lines + lost.dropped }
        }
    }
}

extension LogLevel {
    /// The severity as a number: higher is more severe.
    var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    /// Whether a line of this level may use the additional bytes.
    var isUrgent: Bool { rank >= LogLevel.warning.rank }
}
