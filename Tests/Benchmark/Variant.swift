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

/// A variant with its running receiver and what was measured so far.
struct Contender<Measured> {
    let variant: Variant
    let server: ServerProcess
    var rounds: [Measured] = []

    /// The median over the rounds.
    func median(_ value: (Measured) -> Double) -> Double {
        middle(rounds.map(value))
    }
}
