/// What was measured in a year of the shop.
struct ShopYear {
    var name = ""
    var dayCount = 0
    var callbackCount = 0
    var milliseconds: [Double] = []
    var residentKilobytes = 0
    var descriptorCount = 0
    var databaseKilobytes = 0
    var otherKilobytes = 0
    var entryCount = 0
    var startMilliseconds = 0
    var removedTransitionCount = 0

    static let titles = [
        "year", "days", "callbacks", "p50 ms", "p99 ms", "max ms", "memory MiB", "descriptors",
        "database MiB", "other files MiB", "entries", "removed transitions", "start ms",
    ]

    var row: [String] {
        let sorted = milliseconds.sorted()
        func percentile(_ part: Double) -> String {
            let index = min(Int(Double(sorted.count) * part), sorted.count - 1)
            return sorted.isEmpty ? "-" : Self.text(sorted[index])
        }
        return [
            name, "\(dayCount)", "\(callbackCount)", percentile(0.5), percentile(0.99),
            percentile(1), Self.text(Double(residentKilobytes) / 1_024), "\(descriptorCount)",
            Self.text(Double(databaseKilobytes) / 1_024), Self.text(Double(otherKilobytes) / 1_024),
            "\(entryCount)", "\(removedTransitionCount)", "\(startMilliseconds)",
        ]
    }

    /// With one decimal.
    private static func text(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// A table of years.
    static func table(_ years: [ShopYear]) -> String {
        ([titles] + years.map(\.row)).map { $0.joined(separator: " | ") }.joined(separator: "\n")
    }
}
