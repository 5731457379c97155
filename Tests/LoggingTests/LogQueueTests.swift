import Dispatch
import Glibc
import Synchronization
import Testing

@testable import Logging

/// A log's reader that takes nothing until it is told to.
private final class StalledReader: Sendable {
    private let recorder = LogRecorder()
    private let gate = DispatchSemaphore(value: 0)
    private let arrival = DispatchSemaphore(value: 0)

    var output: Log.Output {
        { lines in
            self.arrival.signal()
            self.gate.wait()
            self.gate.signal()
            return self.recorder.output(lines)
        }
    }

    /// Returns when the first lines have been handed over, and stay so.
    func waitForLines() { arrival.wait() }

    /// Takes everything from now on.
    func open() { gate.signal() }

    var lines: [String] {
        recorder.writes.joined().split(separator: "\n").map { String($0) }
    }
}

/// Where a log is kept.
private final class Disk: Sendable {
    let isFull = Atomic(true)
}

/// Lines that the log's reader does not take in time.
struct LogQueueTests {
    private static func fill(_ log: Log, _ count: Int, _ level: LogLevel = .info) {
        let value = String(repeating: "x", count: 1_000)
        for number in 0..<count {
            log.write(level, "line") { line in
                line.add("number", number)
                line.add("v", value)
            }
        }
    }

    private static func isFromFill(_ line: String) -> Bool { line.contains(" message=line ") }

    @Test func `nothing waits for the log's reader, and what is dropped is counted and told`() {
        let reader = StalledReader()
        let log = Log(isForJournal: true, output: reader.output)
        log.info("first")
        reader.waitForLines()
        Self.fill(log, 3_000)
        let dropped = log.droppedCount
        #expect(dropped > 0)
        #expect(!log.flush(withinMilliseconds: 1))

        reader.open()
        #expect(log.flush(withinMilliseconds: 30_000))
        let lines = reader.lines
        let kept = lines.filter(Self.isFromFill)
        #expect(UInt64(kept.count) + dropped == 3_000)
        let keptBytes = kept.joined(separator: "\n").utf8.count
        #expect((LogSink.waitingBytesMax / 2...LogSink.waitingBytesMax).contains(keptBytes))
        // The oldest are kept, in order.
        for (number, line) in kept.enumerated() { #expect(line.contains(" number=\(number) ")) }
        #expect(lines.first == "<6>level=info message=first")
        #expect(lines.last == "<4>level=warning message=\"log lines dropped\" lines=\(dropped)")

        log.info("after")
        log.flush()
        #expect(reader.lines.last == "<6>level=info message=after", "it is told once")
    }

    @Test func `lines that follow one another quickly are written together`() throws {
        let recorder = LogRecorder()
        let log = Log(isForJournal: true, pauseMilliseconds: 20, output: recorder.output)
        let start = ContinuousClock.now
        for number in 0..<2_000 {
            log.info("line") { $0.add("number", number) }
            // The log's thread gets its turn.
            if number.isMultiple(of: 10) { sched_yield() }
        }
        while recorder.writes.joined().split(separator: "\n").count < 2_000 { sched_yield() }
        let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
        // A pause is never shorter than it is set.
        #expect(recorder.writes.count <= milliseconds / 20 + 2)
    }

    @Test func `warnings and errors have room that other lines do not take`() {
        let reader = StalledReader()
        let log = Log(isForJournal: true, output: reader.output)
        log.info("first")
        reader.waitForLines()
        Self.fill(log, 3_000)
        log.warning("important")
        log.error("more important")
        let dropped = log.droppedCount
        // That room has an end, too.
        Self.fill(log, 1_000, .error)
        #expect(log.droppedCount > dropped)
        reader.open()
        log.flush(withinMilliseconds: 30_000)
        let urgent = reader.lines.filter { $0.contains("important") }
        #expect(
            urgent == [
                "<4>level=warning message=important",
                "<3>level=error message=\"more important\"",
            ]
        )
    }

    @Test func `warnings and errors are counted, also those that are dropped`() {
        let log = Log(level: .error, output: { _ in false })
        log.warning("not written at this level")
        log.error("not written")
        log.flush()
        #expect(log.urgentCounts.warnings == 0)
        #expect(log.urgentCounts.errors == 1)
        log.apply(level: .debug, format: .text)
        log.debug("no warning")
        log.warning("not written")
        #expect(log.urgentCounts.warnings == 1)
        #expect(log.urgentCounts.errors == 1)
    }

    @Test func `lines whose writing fails are counted and told when it works again`() {
        let recorder = LogRecorder()
        let disk = Disk()
        let log = Log(isForJournal: true) { lines in
            !disk.isFull.load(ordering: .relaxed) && recorder.output(lines)
        }
        log.info("lost")
        log.flush()
        log.info("lost")
        log.flush()
        #expect(log.droppedCount == 2)
        disk.isFull.store(false, ordering: .relaxed)
        log.info("written")
        log.flush()
        #expect(
            recorder.writes == [
                "<6>level=info message=written\n"
                    + "<4>level=warning message=\"log lines dropped\" lines=2\n"
            ]
        )
    }
}
