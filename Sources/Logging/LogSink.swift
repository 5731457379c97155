import Queues
import System
import Synchronization

/// What all copies of a log share: its settings, and the lines that are not written yet.
final class LogSink: Sendable {
    let level: Atomic<Int>
    let isJSON: Atomic<Bool>
    private let isForJournal: Bool
    private let pauseMilliseconds: Int
    private let output: Log.Output
    private let waiting = Mutex(Waiting())
    private let dropped = Atomic<UInt64>(0)

    /// Blocks while the log's reader does, so it has a thread of its own.
    private let executor = QueueExecutor(blockingLabel: "log")

    /// Bytes that may wait while others are written: some 4,000 lines.
    static let waitingBytesMax = 1_048_576

    /// What warnings and errors may take beyond that, so that a flood of other lines does not
    /// drop them.
    static let urgentBytesMax = 65_536

    private struct Waiting {
        var bytes: [UInt8] = []
        var lineCount: UInt64 = 0

        /// Lines that were dropped and not reported yet.
        var droppedCount: UInt64 = 0

        /// Whether a write is due already, at once or after the pause.
        var isWriteDue = false

        /// Takes out what is to be written.
        mutating func take() -> Waiting {
            let taken = self
            self = Waiting()
            isWriteDue = taken.isWriteDue
            return taken
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

    /// Lines that were dropped since the start.
    var droppedCount: UInt64 { dropped.load(ordering: .relaxed) }

    /// Makes a line as the settings are now.
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
            milliseconds: Clock.realtimeMilliseconds()
        )
        fields(&line)
        return line.finished()
    }

    /// Leaves the line to the log's thread, or drops it when too many wait. Never blocks.
    func add(_ line: [UInt8], isUrgent: Bool) {
        let bytesMax = Self.waitingBytesMax + (isUrgent ? Self.urgentBytesMax : 0)
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

    /// Returns whether what waited has been written.
    func flush(withinMilliseconds milliseconds: Int) -> Bool {
        executor.run { [self] in writeWaiting() }
        return executor.wait(withinMilliseconds: milliseconds)
    }

    /// Writes what waits, and what comes meanwhile after a pause.
    private func writeUntilEmpty() {
        let isEmpty = waiting.withLock { waiting in
            if waiting.bytes.isEmpty { waiting.isWriteDue = false }
            return waiting.bytes.isEmpty
        }
        if isEmpty { return }
        writeWaiting()
        executor.run(afterMilliseconds: pauseMilliseconds) { [self] in writeUntilEmpty() }
    }

    /// Writes the lines that wait, all at once, and how many were dropped behind them.
    private func writeWaiting() {
        var lines = waiting.withLock { $0.take() }
        if lines.bytes.isEmpty, lines.droppedCount == 0 { return }
        if lines.droppedCount > 0 {
            lines.bytes += line(.warning, "log lines dropped") { [lines] in
                $0.add("lines", lines.droppedCount)
            }
        }
        if !output(lines.bytes) {
            // There is no other place to report it; the next lines that can be written do.
            let lost = (lines: lines.lineCount, dropped: lines.droppedCount)
            dropped.add(lost.lines, ordering: .relaxed)
            waiting.withLock { $0.droppedCount += lost.lines + lost.dropped }
        }
    }
}

extension LogLevel {
    /// The more a line matters, the higher; the order of the cases.
    var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    /// Whether a line of this level may use the room that others leave.
    var isUrgent: Bool { rank >= LogLevel.warning.rank }
}
