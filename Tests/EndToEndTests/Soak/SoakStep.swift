/// One step of a soak at its time: a line `MILLISECONDS VERB ARGUMENT…` of a plan.
struct SoakStep: Equatable, Sendable, CustomStringConvertible {
    /// What is done. Arguments that are not needed are `-`.
    enum Verb: String, CaseIterable, Sendable {
        // Payments at the gateway.
        case generate, pay, cancel, burst
        // Connections, and the gateway's services.
        case link, gateway
        // Clients of the feed.
        case crash
        // Operators.
        case accept, undo, resolve, replay, query, reconcile
        // The machine.
        case reload, backup, prune, log, clock, kill, stop, freeze

        /// The arguments, in words.
        var usage: String {
            switch self {
            case .generate: "REFERENCE VALID-SECONDS FAULT"
            case .pay: "REFERENCE AMOUNT FAULT,…"
            case .cancel: "REFERENCE FAULT,…"
            case .burst: "PREFIX COUNT"
            case .link: "notify|gateway|internal FAULT MILLISECONDS"
            case .gateway: "FAULT MILLISECONDS"
            case .crash: "CONSUMER"
            case .accept, .undo, .query: "REFERENCE"
            case .replay: "OUTCOME"
            case .reload: "OPTION VALUE"
            case .log, .freeze: "MILLISECONDS"
            case .kill: "ACKNOWLEDGEMENTS"
            case .clock: "SECONDS"
            case .resolve, .reconcile, .backup, .prune, .stop: ""
            }
        }

        var argumentCount: Int { usage.split(separator: " ").count }
    }

    /// What a line of a plan is not.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// Milliseconds since the start.
    var milliseconds: Int
    let verb: Verb
    let arguments: [String]

    init(_ milliseconds: Int, _ verb: Verb, _ arguments: [String]) {
        self.milliseconds = milliseconds
        self.verb = verb
        self.arguments = arguments
    }

    /// Reads a line of a plan.
    init(line: String) throws(Malformed) {
        let words = line.split(separator: " ").map(String.init)
        guard words.count >= 2, let milliseconds = Int(words[0]), milliseconds >= 0 else {
            throw Malformed(description: "\(line): expected MILLISECONDS VERB ARGUMENT…")
        }
        guard let verb = Verb(rawValue: words[1]) else {
            let verbs = Verb.allCases.map(\.rawValue).joined(separator: ", ")
            throw Malformed(description: "\(line): expected one of \(verbs)")
        }
        guard words.count - 2 == verb.argumentCount else {
            throw Malformed(description: "\(line): expected \(verb.rawValue) \(verb.usage)")
        }
        self.milliseconds = milliseconds
        self.verb = verb
        arguments = Array(words[2...])
    }

    var description: String {
        (["\(milliseconds)", verb.rawValue] + arguments).joined(separator: " ")
    }

    /// Steps of one lane are done one after the other: those of a payment, those of operators, and
    /// those of the machine.
    var lane: String {
        switch verb {
        case .generate, .pay, .cancel, .burst: arguments[0]
        case .link, .gateway, .crash: "links"
        case .accept, .undo, .resolve, .replay, .query, .reconcile: "operators"
        case .reload, .backup, .prune, .log, .clock, .kill, .stop, .freeze: "machine"
        }
    }

    /// The argument with a number; nil for `-`.
    func argument(_ index: Int) -> String? {
        arguments[index] == "-" ? nil : arguments[index]
    }

    /// The faults in an argument.
    func faults(_ index: Int) -> [String] {
        (argument(index) ?? "").split(separator: ",").map(String.init)
    }
}
