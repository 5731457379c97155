/// Writes metrics in the text exposition format 0.0.4 of Prometheus.
package struct MetricsText {
    /// The type of a metric in Prometheus.
    package enum Kind: String { case counter, gauge, histogram }

    package private(set) var text = ""

    package init() {}

    /// Starts a metric; its samples must follow.
    ///
    /// - Parameters:
    ///   - name: the name without the prefix `cashin_`; the unit is a base unit.
    ///   - help: one line; it is not escaped.
    package mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP cashin_\(name) \(help)\n# TYPE cashin_\(name) \(kind.rawValue)\n"
    }

    /// Adds a sample of the metric that was started last.
    package mutating func sample(
        _ name: String,
        _ labels: [(name: String, value: String)],
        _ value: String
    ) {
        let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        let suffix = list.isEmpty ? "" : "{\(list.joined(separator: ","))}"
        text += "cashin_\(name)\(suffix) \(value)\n"
    }

    /// Adds a metric with one sample.
    package mutating func add(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        _ value: some BinaryInteger
    ) {
        begin(name, kind, help)
        sample(name, "\(value)")
    }

    /// Adds a metric with one sample, a duration in seconds.
    package mutating func add(_ name: String, _ kind: Kind, _ help: String, nanoseconds: UInt64) {
        begin(name, kind, help)
        sample(name, Self.seconds(nanoseconds: nanoseconds))
    }

    /// Adds the samples of a histogram that was started last.
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

    /// A duration in seconds as a decimal number, exact to the nanosecond.
    static func seconds(nanoseconds: UInt64) -> String {
        let rest = String(nanoseconds % 1_000_000_000)
        let fraction = String(repeating: "0", count: 9 - rest.count) + rest
        let digits = fraction.reversed().drop { $0 == "0" }.reversed()
        return "\(nanoseconds / 1_000_000_000)" + (digits.isEmpty ? "" : "." + String(digits))
    }

    /// Escapes the value of a label.
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
