import Testing

@testable import System

/// What the kernel knows about the process.
@Suite struct ProcessStatisticsTests {
    /// A line whose program is called `a) R (b`.
    private static let line = """
        4711 (a) R (b) S 1 4711 4711 0 -1 4194560 100 0 0 0 7 3 0 0 20 0 5 0 12345 1048576 256 \
        18446744073709551615 1 1 0 0 0 0 0 4096 81920 0 0 0 17 1 0 0 0 0 0

        """

    private func read(_ line: String) -> ProcessStatistics? {
        ProcessStatistics(Array(line.utf8), ticksPerSecond: 100, pageBytes: 4_096)
    }

    @Test func `a line of proc is read whatever the program is called`() throws {
        let statistics = try #require(read(Self.line))
        #expect(statistics.threadCount == 5)
        #expect(statistics.startNanoseconds == 123_450_000_000)
        #expect(statistics.virtualBytes == 1_048_576)
        #expect(statistics.residentBytes == 256 * 4_096)
    }

    @Test(arguments: ["", "1 (a", "1 (a) S 1 2", line.replacing(" 12345 ", with: " x ")])
    func `another form is not read`(line: String) {
        #expect(read(line) == nil)
    }

    @Test func `this process is there`() throws {
        let statistics = try #require(ProcessStatistics.current())
        #expect(statistics.residentBytes > 1_000_000)
        #expect(statistics.virtualBytes > statistics.residentBytes)
        #expect(statistics.threadCount >= 1)
        let open = try #require(ProcessStatistics.openDescriptorCount())
        #expect(open >= 1)
        let limit = try FileLimit.current().soft
        #expect(open <= limit)
        // Within the last day, and not later than now.
        let start = try #require(ProcessStatistics.startMilliseconds())
        let age = SystemClock.realtimeMilliseconds() - start
        #expect((-1_000...86_400_000).contains(age))
    }
}
