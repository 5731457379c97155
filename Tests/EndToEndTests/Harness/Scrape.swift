/// What `GET /metrics` showed at one time.
struct Scrape {
    let text: String

    /// The value of each sample by name and labels, as in `cashin_x{a="b"}`.
    let samples: [String: String]

    /// The type of each metric.
    let types: [String: String]

    init(_ text: String) {
        self.text = text
        let lines = text.split(separator: "\n")
        samples = Dictionary(
            lines.filter { !$0.hasPrefix("#") }.map { line in
                let blank = line.lastIndex(of: " ") ?? line.endIndex
                return (String(line[..<blank]), String(line[blank...].dropFirst()))
            },
            uniquingKeysWith: { first, _ in first }
        )
        types = Dictionary(
            lines.filter { $0.hasPrefix("# TYPE ") }.map { line in
                let words = line.split(separator: " ")
                return (String(words[2]), String(words[3]))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The names of the labels of a metric, without the bounds of buckets; nil without samples.
    func labels(of metric: String) -> Set<String>? {
        let names = isHistogram(metric) ? [metric + "_count"] : [metric]
        let series = samples.keys.filter { key in names.contains(String(key.prefix { $0 != "{" })) }
        guard let one = series.first else { return nil }
        let matches = one.matches(of: /[{,]([a-z_]+)="/)
        return Set(matches.map { String($0.output.1) })
    }

    /// Whether a series of this name exists, or can exist: that of a metric or of a histogram.
    func has(_ name: String) -> Bool {
        if types[name] != nil { return !isHistogram(name) }
        for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
            return isHistogram(String(name.dropLast(suffix.count)))
        }
        return false
    }

    private func isHistogram(_ name: String) -> Bool { types[name] == "histogram" }

    /// The names of metrics and series in a text.
    static func names(in text: String) -> Set<String> {
        Set(text.matches(of: /\b(?:cashin|process)_[a-z0-9_]+/).map { String($0.output) })
    }
}

extension Daemon {
    func scrape() throws -> Scrape { Scrape(try get("/metrics").text) }
}
