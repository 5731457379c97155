import Glibc

/// Prints what was measured, as a table.
enum Report {
    static let head = columns(
        "round",
        "log",
        "answers/s",
        "p50 ms",
        "p99 ms",
        "CPU µs",
        "verify µs",
        "ratio",
        "switches",
        "RSS MiB"
    )

    static func row(_ number: Int, _ level: String, _ round: Round) -> String {
        columns(
            "\(number)",
            level,
            fixed(round.result.answersPerSecond, 0),
            fixed(round.result.percentile(0.5), 2),
            fixed(round.result.percentile(0.99), 2),
            fixed(round.serverMicroseconds, 1),
            fixed(round.verifyMicroseconds, 1),
            fixed(round.ratio, 2),
            fixed(round.switches, 2),
            fixed(round.peakMebibytes, 0)
        )
    }

    /// The medians of one level's rounds.
    static func summary(_ level: String, _ rounds: [Round], connections: Int) -> String {
        let median = { (value: (Round) -> Double) in Self.median(rounds.map(value)) }
        var text = "log \(level), medians of \(rounds.count) rounds: "
        text += "\(fixed(median { $0.result.answersPerSecond }, 0)) answers/s, "
        text += "CPU per answer ÷ raw verify = \(fixed(median { $0.ratio }, 2))"
        if connections == 1 {
            let share = median {
                $0.result.percentile(0.5) * 1_000 / ($0.syncMicroseconds + $0.verifyMicroseconds)
            }
            text += ", p50 ÷ (fdatasync + verify) = \(fixed(share, 2))"
        }
        if rounds.contains(where: { $0.flooded != nil }) {
            let share = median { ($0.flooded?.good ?? 0) / $0.result.answersPerSecond }
            text +=
                ", under a flood of \(fixed(median { $0.flooded?.bad ?? 0 }, 0)) bad signatures/s "
            text += "\(fixed(share, 2)) of the answers/s"
        }
        return text
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2)
            ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    static func columns(_ cells: String...) -> String {
        cells.map { String(repeating: " ", count: max(0, 10 - $0.count)) + $0 }.joined()
    }

    /// A percentile of sorted nanoseconds.
    static func milliseconds(_ sorted: [UInt64], _ share: Double) -> String {
        guard !sorted.isEmpty else { return "-" }
        let index = min(sorted.count - 1, Int(Double(sorted.count) * share))
        return fixed(Double(sorted[index]) / 1e6, 2)
    }

    static func fixed(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let rounded = Int((value * scale).rounded())
        if digits == 0 { return "\(rounded)" }
        let fraction = "\(abs(rounded) % Int(scale))"
        let zeros = String(repeating: "0", count: digits - fraction.count)
        return "\(value < 0 ? "-" : "")\(abs(rounded) / Int(scale)).\(zeros)\(fraction)"
    }
}

/// Tells on standard error what is being done.
func note(_ text: String) {
    // Nobody may be listening; the measurement goes on.
    try? write("benchmark: \(text)\n", to: STDERR_FILENO)
}
