import Queues
import Sockets
import Synchronization

/// The program's log: lines to standard error.
///
/// A line below the level costs one atomic load. Others are made of bytes by the caller and written
/// by a queue of the log's own, whole lines only: those of several threads never mix.
package struct Log: Sendable {
    /// Takes one finished line or several.
    package typealias Output = @Sendable ([UInt8]) -> Void

    private let sink: LogSink

    /// - Parameters:
    ///   - isForJournal: lines carry their priority, see ``isUnderJournal(_:)``.
    ///   - output: where lines go; called for one at a time.
    package init(
        level: LogLevel = .info,
        format: LogFormat = .text,
        isForJournal: Bool = false,
        output: @escaping Output = Self.standardError
    ) {
        sink = LogSink(level: level, format: format, isForJournal: isForJournal, output: output)
    }

    /// Whether the service manager reads standard error into its journal (systemd.exec(5)).
    package static func isUnderJournal(_ environment: [String: String]) -> Bool {
        environment["JOURNAL_STREAM"]?.isEmpty == false
    }

    /// Writes to standard error. A line that cannot be written is lost: where would it be told?
    package static let standardError: Output = { line in
        do throws(SystemError) {
            try StandardStream.error.write(line.span)
        } catch {
            return
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

    /// Writes a line of `level`; `fields` runs only when that level is on.
    package func write(
        _ level: LogLevel,
        _ message: String,
        _ fields: (inout LogLine) -> Void = { _ in }
    ) {
        guard isOn(level) else { return }
        sink.write(line(level, message, fields))
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

    /// Writes what waits, now. To be called before the process ends.
    package func flush() { sink.flush() }

    private func line(
        _ level: LogLevel,
        _ message: String,
        _ fields: (inout LogLine) -> Void
    ) -> [UInt8] {
        var line = LogLine(
            level,
            message,
            format: sink.isJSON.load(ordering: .relaxed) ? .json : .text,
            isForJournal: sink.isForJournal,
            milliseconds: Clock.realtimeMilliseconds()
        )
        fields(&line)
        return line.finished()
    }
}

/// What all copies of a log share.
private final class LogSink: Sendable {
    let level: Atomic<Int>
    let isJSON: Atomic<Bool>
    let isForJournal: Bool
    private let waiting = Mutex<[UInt8]>([])
    private let output: Mutex<Log.Output>
    private let executor = QueueExecutor(label: "log")

    /// Bytes that may wait; whoever adds more waits for the log's reader instead.
    private static let waitingBytesMax = 1_048_576

    init(level: LogLevel, format: LogFormat, isForJournal: Bool, output: @escaping Log.Output) {
        self.level = Atomic(level.rank)
        isJSON = Atomic(format == .json)
        self.isForJournal = isForJournal
        self.output = Mutex(output)
    }

    /// Leaves the line to the log's own queue, so that a loop or the writer of the database does
    /// not wait for whoever reads the log. Lines that come while one is written go together.
    func write(_ line: [UInt8]) {
        let (wasEmpty, count) = waiting.withLock { waiting in
            let wasEmpty = waiting.isEmpty
            waiting += line
            return (wasEmpty, waiting.count)
        }
        if count > Self.waitingBytesMax {
            flush()
        } else if wasEmpty {
            executor.run { [self] in flush() }
        }
    }

    func flush() {
        output.withLock { output in
            // Taken with the output in hand: lines leave in the order in which they came.
            let lines = waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            if !lines.isEmpty { output(lines) }
        }
    }
}

extension LogLevel {
    /// The more a line matters, the higher; the order of the cases.
    fileprivate var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}
