/// Writes metrics in the text exposition format 0.0.4 of Prometheus.
package struct MetricsText {
    /// The type of a metric in Prometheus.
    package enum Kind: String { case counter, gauge, histogram }

    /// What the names of metrics begin with.
    package enum Namespace: String {
        /// The receiver's own metrics.
        case receiver = "cashin_"
        /// Those that every client library of Prometheus has about its process.
        case process = "process_"
    }

    /// The labels of a sample, in order.
    package typealias Labels = [(name: String, value: String)]

    package private(set) var text = ""

    /// The metric that was started last, with its namespace.
    private var name = ""

    package init() {}

    /// Starts a metric; its samples must follow.
    ///
    /// - Parameters:
    ///   - name: the name without its namespace; the unit is a base unit.
    ///   - help: one line; it is not escaped.
    package mutating func begin(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        in namespace: Namespace = .receiver
    ) {
        self.name = namespace.rawValue + name
        text += "# HELP \(self.name) \(help)\n# TYPE \(self.name) \(kind.rawValue)\n"
    }

    /// Adds a sample of the metric that was started last.
    package mutating func sample(_ labels: Labels, _ value: String) {
        append(name, labels, value)
    }

    /// Adds a sample of the metric that was started last.
    package mutating func sample(_ labels: Labels, _ value: some BinaryInteger) {
        append(name, labels, "\(value)")
    }

    /// Adds the samples of the histogram that was started last.
    package mutating func samples(_ labels: Labels, _ histogram: HistogramSamples) {
        var count: UInt64 = 0
        for (bound, bucket) in zip(histogram.bounds + ["+Inf"], histogram.counts) {
            count += bucket
            append(name + "_bucket", labels + [("le", bound)], "\(count)")
        }
        append(name + "_sum", labels, histogram.sum)
        append(name + "_count", labels, "\(count)")
    }

    /// Adds a metric with one sample.
    package mutating func add(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        in namespace: Namespace = .receiver,
        _ value: some BinaryInteger
    ) {
        begin(name, kind, help, in: namespace)
        sample([], value)
    }

    /// Adds a metric with one sample, a duration or a time in seconds.
    package mutating func add(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        in namespace: Namespace = .receiver,
        nanoseconds: UInt64
    ) {
        begin(name, kind, help, in: namespace)
        sample([], Self.seconds(nanoseconds: nanoseconds))
    }

    private mutating func append(_ name: String, _ labels: Labels, _ value: String) {
        let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        let suffix = list.isEmpty ? "" : "{\(list.joined(separator: ","))}"
        text += "\(name)\(suffix) \(value)\n"
    }

    /// A duration in seconds as a decimal number, exact to the nanosecond.
    package static func seconds(nanoseconds: UInt64) -> String {
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

/// The samples of a histogram as it was at one time.
package struct HistogramSamples: Equatable, Sendable {
    /// The upper bounds of the buckets, ascending, without the last one, which has none.
    package let bounds: [String]

    /// The number of values in each bucket alone, the last one included.
    package let counts: [UInt64]

    /// The sum of all values.
    package let sum: String

    /// - Precondition: `counts` has one element more than `bounds`.
    package init(bounds: [String], counts: [UInt64], sum: String) {
        precondition(counts.count == bounds.count + 1, "the last bucket has no bound")
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }
}
