import Testing

@testable import Logging

/// Floods of lines of one kind.
@Suite struct LineLimitTests {
    private let recorder = LogRecorder()

    private func limit(_ level: LogLevel = .info, milliseconds: Int = 600_000) -> (LineLimit, Log) {
        let log = Log(level: level, isForJournal: true, output: recorder.output)
        let limit = LineLimit(
            log,
            summary: "not logged",
            linesMax: 3,
            milliseconds: milliseconds
        )
        return (limit, log)
    }

    private func lines(_ log: Log) -> [String] {
        log.flush()
        return recorder.writes.joined().split(separator: "\n").map { String($0) }
    }

    @Test func `the first lines of a period are written, the others counted`() {
        let (limit, log) = limit()
        for number in 1...10 {
            limit.info("line", reason: number.isMultiple(of: 3) ? "rare" : "common") {
                $0.add("number", number)
            }
        }
        let first = (1...3).map { "<6>level=info message=line number=\($0)" }
        #expect(lines(log) == first)
        limit.endPeriod()
        let summary = "<6>level=info message=\"not logged\" lines=7 mostly=common"
        #expect(lines(log) == first + [summary])
        // A new period has begun.
        limit.info("line", reason: "common") { $0.add("number", 11) }
        let next = "<6>level=info message=line number=11"
        #expect(lines(log) == first + [summary, next])
        limit.endPeriod()
        #expect(lines(log) == first + [summary, next], "nothing was left out")
    }

    @Test func `a level that hides the lines hides the summary`() {
        let (limit, log) = limit(.warning)
        for _ in 1...10 { limit.info("line", reason: "a") { _ in } }
        limit.endPeriod()
        #expect(lines(log).isEmpty)
    }

    @Test func `a period ends when its time is over`() async {
        let (limit, log) = limit(milliseconds: 1)
        for _ in 1...10_000 { limit.info("line", reason: "a") { _ in } }
        while !lines(log).contains(where: { $0.contains("\"not logged\"") }) { await Task.yield() }
    }
}
