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
        text.begin("x", .gauge, "Help.")
        text.sample([("a", "q\"b\\n\nl")], 1)
        #expect(
            text.text == """
                # HELP cashin_x Help.
                # TYPE cashin_x gauge
                cashin_x{a="q\\"b\\\\n\\nl"} 1

                """
        )
    }

    @Test func `the metrics of the process have the names that Prometheus knows`() {
        var text = MetricsText()
        text.add("open_fds", .gauge, "Open file descriptors.", in: .process, 7)
        #expect(text.text.hasSuffix("\n# TYPE process_open_fds gauge\nprocess_open_fds 7\n"))
    }

    @Test func `a histogram counts into the first bucket that is wide enough, and into all wider`()
        throws
    {
        let histogram = Histogram()
        for nanoseconds in [500_000, 500_001, 20_000_000_000] as [UInt64] {
            histogram.add(nanoseconds: nanoseconds)
        }
        var text = MetricsText()
        text.begin("d_seconds", .histogram, "Durations.")
        text.samples([("a", "b")], histogram.samples)
        let lines = text.text.split(separator: "\n").dropFirst(2)
        for line in [
            "cashin_d_seconds_bucket{a=\"b\",le=\"0.0005\"} 1",
            "cashin_d_seconds_bucket{a=\"b\",le=\"0.001\"} 2",
            "cashin_d_seconds_bucket{a=\"b\",le=\"10\"} 2",
            "cashin_d_seconds_bucket{a=\"b\",le=\"+Inf\"} 3",
            "cashin_d_seconds_sum{a=\"b\"} 20.001000001", "cashin_d_seconds_count{a=\"b\"} 3",
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
        #expect(lines.count == 17)
    }
}
