import Testing

@testable import Metrics

/// The text that Prometheus reads.
@Suite struct MetricsTextTests {
    @Test(
        arguments: [
            (0, "0"), (1, "0.000000001"), (500_000, "0.0005"), (1_000_000_000, "1"),
            (1_500_000_000, "1.5"), (10_000_000_000, "10"),
        ] as [(UInt64, String)]
    )
    func `seconds are exact`(nanoseconds: UInt64, text: String) {
        #expect(MetricsText.seconds(nanoseconds: nanoseconds) == text)
    }

    @Test func `labels are escaped`() {
        var text = MetricsText()
        text.sample("x", [("a", "q\"b\\n\nl")], "1")
        #expect(text.text == "cashin_x{a=\"q\\\"b\\\\n\\nl\"} 1\n")
    }

    @Test func `a histogram counts into the first bucket that is wide enough, and into all wider`()
    {
        let histogram = Histogram()
        for nanoseconds in [500_000, 500_001, 20_000_000_000] as [UInt64] {
            histogram.add(nanoseconds: nanoseconds)
        }
        let counts = histogram.cumulative
        #expect(counts.first { $0.bound == "0.0005" }?.count == 1)
        #expect(counts.first { $0.bound == "0.001" }?.count == 2)
        #expect(counts.first { $0.bound == "10" }?.count == 2)
        #expect(counts.last?.bound == "+Inf")
        #expect(counts.last?.count == 3)
        #expect(histogram.sumNanoseconds == 20_001_000_001)
    }
}
