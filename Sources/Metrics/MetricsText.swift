/// Metrics as Prometheus reads them (text exposition format 0.0.4).
package struct MetricsText {
    /// What Prometheus calls the type of a metric.
    package enum Kind: String { case counter, gauge, histogram }

    package private(set) var text = ""

    package init() {}

    /// Begins a metric; its samples follow.
    ///
    /// - Parameter name: without the prefix `cashin_`, in base units.
    package mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP cashin_\(name) \(help)\n# TYPE cashin_\(name) \(kind.rawValue)\n"
    }

    package mutating func sample(
        _ name: String,
        _ labels: [(name: String, value: String)],
        _ value: String
    ) {
        let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        let suffix = list.isEmpty ? "" : "{\(list.joined(separator: ","))}"
        text += "cashin_\(name)\(suffix) \(value)\n"
    }

    /// A metric of one sample.
    package mutating func add(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        _ value: some BinaryInteger
    ) {
        begin(name, kind, help)
        sample(name, "\(value)")
    }

    /// The same for a duration.
    package mutating func add(_ name: String, _ kind: Kind, _ help: String, nanoseconds: UInt64) {
        begin(name, kind, help)
        sample(name, Self.seconds(nanoseconds: nanoseconds))
    }

    /// The samples of a histogram that has been begun.
    package mutating func samples(
        _ name: String,
        _ labels: [(name: String, value: String)],
        _ histogram: Histogram
    ) {
        let cumulative = histogram.cumulative
        for (bound, count) in cumulative {
            sample("\(name)_bucket", labels + [("le", bound)], "\(count)")
        }
        sample("\(name)_sum", labels, Self.seconds(nanoseconds: histogram.sumNanoseconds))
        sample("\(name)_count", labels, "\(cumulative.last?.count ?? 0)")
    }

    private mutating func sample(_ name: String, _ value: String) { sample(name, [], value) }

    /// Seconds as a decimal, exact to the nanosecond.
    static func seconds(nanoseconds: UInt64) -> String {
        let rest = String(nanoseconds % 1_000_000_000)
        let fraction = String(repeating: "0", count: 9 - rest.count) + rest
        let digits = fraction.reversed().drop { $0 == "0" }.reversed()
        return "\(nanoseconds / 1_000_000_000)" + (digits.isEmpty ? "" : "." + String(digits))
    }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for character in value {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
