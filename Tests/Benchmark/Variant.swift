/// What is measured in turn with others: a receiver of one build, with one log level.
struct Variant {
    /// `new`, or the commit of `--compare`.
    let build: String
    let program: String
    let logLevel: String

    var name: String { "\(build) \(logLevel)" }

    /// All variants of the options, in the order of their turns.
    static func all(_ options: Options) -> [Variant] {
        var builds = [("new", options.program)]
        if !options.against.isEmpty { builds.append((options.againstName, options.against)) }
        return options.logLevels.flatMap { level in
            builds.map { Variant(build: $0.0, program: $0.1, logLevel: level) }
        }
    }
}

/// What takes turns with others, and what was measured so far.
protocol TurnTaking {
    associatedtype Measured

    var name: String { get }
    var rounds: [Measured] { get }
}

extension TurnTaking {
    /// The median over the rounds.
    func median(_ value: (Measured) -> Double) -> Double { middle(rounds.map(value)) }

    /// How it compares with another one, by the medians of the ratios of each round.
    func comparison(
        with other: Self,
        _ values: [(name: String, value: (Measured) -> Double)]
    ) -> String {
        let factors = values.map { name, value in
            let ratios = zip(rounds, other.rounds).map { value($0) / value($1) }
            return "\(name) \(fixed(middle(ratios), 3))"
        }
        return "\(name) ÷ \(other.name), medians of \(rounds.count) pairs: "
            + factors.joined(separator: ", ")
    }
}

/// A variant with its running receiver and what was measured so far.
struct Contender<Measured>: TurnTaking {
    let variant: Variant
    let server: ServerProcess
    var rounds: [Measured] = []

    var name: String { variant.name }
}
