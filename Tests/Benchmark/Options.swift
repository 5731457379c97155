/// What the command line asks for.
struct Options: Sendable {
    var connections = 64
    /// Answers in a round.
    var count = 20_000
    /// Callbacks that the database is filled with before the receiver stores any.
    var fill = 0
    /// How many of them were received today.
    var fillToday = 1_000_000
    /// Callbacks stored before the first round.
    var preload = 100_000
    var rounds = 5
    var logLevels = ["warning", "info"]
    /// Connections that send bad signatures beside the good ones, in a second half of every round.
    var flood = 0
    /// Clients that follow the feed; 0 measures callbacks alone.
    var followers = 0
    /// How they follow, one after the other in each round.
    var follow = Followers.Kind.allCases
    /// What is done beside the callbacks, one after the other in each round.
    var beside: [Chore] = []
    /// Callbacks a second while clients follow or something is done beside.
    var rate = 2_000
    /// How long a round at that rate takes.
    var seconds = 8
    /// What is measured where neither followers nor chores are asked for.
    var mode = Mode.closed
    /// Connections that stay idle; 0 measures callbacks.
    var idle = 0
    /// How much longer each sync of a file takes the receiver, in milliseconds.
    var syncDelay = 0
    /// Whether receivers on PostgreSQL are measured beside one on SQLite.
    var comparesEngines = false
    /// The file for the results as JSON; empty for none.
    var json = ""
    /// The receiver's binary.
    var program = ""
    /// The binary that takes turns with it; empty for none.
    var against = ""
    /// The name of that binary in the table.
    var againstName = "old"
    /// The library behind ``syncDelay``.
    var slowSyncLibrary = ""
    /// Where the databases of ``comparesEngines`` are.
    var databases = ""
    /// The arguments, for the JSON file.
    let arguments: [String]
    /// Where keys, requests and databases are.
    var directory = ""

    /// How callbacks are sent.
    enum Mode: String, CaseIterable {
        /// Each connection sends its next callback after the response.
        case closed
        /// At a fixed rate.
        case open
        /// What each step of a callback costs, by callgrind and perf.
        case profile
        /// How long a page of each list takes.
        case lists
        /// Callbacks at a fixed rate beside each attack.
        case hostile
    }

    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    init(_ arguments: [String]) throws {
        self.arguments = arguments
        var rest = arguments[...]
        while let name = rest.popFirst() {
            guard let value = rest.popFirst() else {
                throw Problem(description: "\(name): a value is missing")
            }
            switch name {
            case "--connections": connections = try Self.number(name, value, 1...1_000)
            case "--count": count = try Self.number(name, value, 1...10_000_000)
            case "--preload": preload = try Self.number(name, value, 0...100_000_000)
            case "--fill": fill = try Self.number(name, value, 0...100_000_000)
            case "--fill-today": fillToday = try Self.number(name, value, 0...100_000_000)
            case "--rounds": rounds = try Self.number(name, value, 1...1_000)
            case "--flood": flood = try Self.number(name, value, 0...1_000)
            case "--followers": followers = try Self.number(name, value, 0...10_000)
            case "--follow": follow = try Self.words(name, value)
            case "--beside": beside = try Self.words(name, value)
            case "--rate": rate = try Self.number(name, value, 1...1_000_000)
            case "--seconds": seconds = try Self.number(name, value, 1...3_600)
            case "--log-level": logLevels = value.split(separator: ",").map { String($0) }
            case "--mode":
                guard let word = Mode(rawValue: value) else {
                    let known = Mode.allCases.map(\.rawValue).joined(separator: ", ")
                    throw Problem(description: "\(name): expected one of \(known)")
                }
                mode = word
            case "--idle": idle = try Self.number(name, value, 0...100_000)
            case "--sync-delay": syncDelay = try Self.number(name, value, 0...1_000)
            case "--engine":
                guard value == "postgresql" else {
                    throw Problem(description: "\(name): expected postgresql")
                }
                comparesEngines = true
            case "--json": json = value
            case "--against": against = value
            case "--against-name": againstName = value
            case "--slow-sync-library": slowSyncLibrary = value
            case "--program": program = value
            case "--directory": directory = value
            case "--databases": databases = value
            default: throw Problem(description: "\(name): unknown option")
            }
        }
        if comparesEngines { try checkEngines() }
    }

    /// Refuses what receivers on PostgreSQL cannot be measured with.
    private func checkEngines() throws {
        let others = [
            (mode != .closed, "--mode \(mode.rawValue)"), (flood > 0, "--flood"),
            (followers > 0, "--followers"), (!beside.isEmpty, "--beside"), (idle > 0, "--idle"),
            (!against.isEmpty, "--compare or --peer"),
        ]
        if let other = others.first(where: { $0.0 }) {
            throw Problem(description: "--engine and \(other.1): expected one of them")
        }
        if fill > 0 {
            throw Problem(description: "--fill: not with --engine, it fills SQLite's files only")
        }
        if syncDelay > 0 {
            let reason = "it delays files of the receiver, not those of PostgreSQL"
            throw Problem(description: "--sync-delay: not with --engine, \(reason)")
        }
        if logLevels.count != 1 {
            throw Problem(description: "--log-level: expected one level with --engine")
        }
    }

    private static func words<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        _ text: String
    ) throws -> [Word] {
        try text.split(separator: ",").map { text in
            guard let word = Word(rawValue: String(text)) else {
                let known = Word.allCases.map(\.rawValue).joined(separator: ",")
                throw Problem(description: "\(name): expected some of \(known)")
            }
            return word
        }
    }

    private static func number(
        _ name: String,
        _ text: String,
        _ range: ClosedRange<Int>
    ) throws -> Int {
        guard let value = Int(text), range.contains(value) else {
            let bounds = "\(range.lowerBound) to \(range.upperBound)"
            throw Problem(description: "\(name): expected a number from \(bounds)")
        }
        return value
    }
}
