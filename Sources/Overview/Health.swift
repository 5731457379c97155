import Payments
import Text

/// Whether all is well, in a sentence, with the reasons if it is not.
package struct Health: Equatable, Sendable {
    /// How urgent it is.
    package enum Status: String, CaseIterable, Sendable {
        case ok
        /// Needs review.
        case attention
        /// Payments are missed, or cannot be made.
        case failing
    }

    /// What is not well.
    package struct Reason: Equatable, Sendable {
        /// A closed list, the most urgent first.
        package enum Name: String, CaseIterable, Sendable {
            case databaseNotWritable = "database-not-writable"
            case noGatewayKeys = "no-gateway-keys"
            case callbacksRefused = "callbacks-refused"
            case gatewayUnauthorized = "gateway-unauthorized"
            case diskLow = "disk-low"
            case gatewayFailing = "gateway-failing"
            case noCallbacks = "no-callbacks"
            case clockDifference = "clock-difference"
            case entriesOpen = "entries-open"
            case consumersLate = "consumers-late"
            case reloadRefused = "reload-refused"
            case stopping
        }

        package let name: Name

        /// One sentence.
        package let text: String

        /// How many there are of it, if that can be counted.
        package let count: Int64?
    }

    package let status: Status
    package let sentence: String

    /// Empty if all is well; the most urgent first.
    package let reasons: [Reason]

    package init(_ facts: HealthFacts) {
        reasons = Reason.Name.allCases.compactMap { Reason($0, facts) }
        status =
            reasons.contains { $0.name.isFailing } ? .failing : reasons.isEmpty ? .ok : .attention
        sentence = reasons.isEmpty ? Self.allIsWell(facts) : Self.sentence(reasons)
    }

    private static func sentence(_ reasons: [Reason]) -> String {
        let text = reasons[0].text
        return switch reasons.count {
        case 1: text
        case 2: "\(text) One more reason."
        default: "\(text) \(reasons.count - 1) more reasons."
        }
    }

    private static func allIsWell(_ facts: HealthFacts) -> String {
        var text = "All is well: "
        switch facts.paidToday {
        case 0: text += "no payment yet today"
        case 1: text += "1 payment today, \(rupiah(facts.paidTodaySen))"
        default: text += "\(facts.paidToday) payments today, \(rupiah(facts.paidTodaySen))"
        }
        guard let last = facts.lastCallbackMilliseconds else {
            return text + "; no callback has arrived yet."
        }
        let time = JakartaTime.shortText(milliseconds: last, onDayOf: facts.nowMilliseconds)
        return text + "; the last callback came at \(time)."
    }

    private static func rupiah(_ sen: Int128) -> String {
        let fraction = sen % 100
        return "IDR \(sen / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension Health.Reason.Name {
    /// Whether payments are missed, or cannot be made.
    package var isFailing: Bool {
        switch self {
        case .databaseNotWritable, .noGatewayKeys, .callbacksRefused, .gatewayUnauthorized: true
        case .diskLow: true
        case .gatewayFailing, .noCallbacks, .clockDifference, .entriesOpen, .consumersLate: false
        case .reloadRefused, .stopping: false
        }
    }

    /// The kinds of attention entries that stand for a reason of their own, not for a payment.
    static let ofOperation: [AttentionKind: Self] = [
        .callbacksRefused: .callbacksRefused, .gatewayUnauthorized: .gatewayUnauthorized,
        .gatewayUnreachable: .gatewayFailing, .noCallbacks: .noCallbacks,
        .clockDifference: .clockDifference, .diskLow: .diskLow,
    ]
}

extension Health.Reason {
    /// A reason, if the facts give it.
    fileprivate init?(_ name: Name, _ facts: HealthFacts) {
        guard let (text, count) = Self.explanation(name, facts) else { return nil }
        self.init(name: name, text: text, count: count)
    }

    private typealias Explanation = (text: String, count: Int64?)

    private static func explanation(_ name: Name, _ facts: HealthFacts) -> Explanation? {
        let hasEntry = Name.ofOperation.contains { kind, reason in
            reason == name && facts.attention[kind, default: 0] > 0
        }
        let holds =
            switch name {
            case .databaseNotWritable: !facts.isDatabaseWritable
            case .noGatewayKeys: !facts.hasKeys
            case .diskLow: facts.isDiskLow || hasEntry
            case .gatewayFailing: facts.gateway == .failing || hasEntry
            case .reloadRefused: !facts.isLastReloadApplied
            case .stopping: facts.isStopping
            case .entriesOpen: facts.openEntryCount > 0
            case .consumersLate: !facts.lateConsumers.isEmpty
            case .callbacksRefused, .gatewayUnauthorized, .noCallbacks, .clockDifference: hasEntry
            }
        guard holds else { return nil }
        return switch name {
        case .entriesOpen: entries(facts.openEntryCount)
        case .consumersLate: consumers(facts.lateConsumers)
        default: (text(name, facts), nil)
        }
    }

    /// The sentence of a reason that is not counted.
    private static func text(_ name: Name, _ facts: HealthFacts) -> String {
        switch name {
        case .databaseNotWritable: "Callbacks cannot be stored: the database cannot be written."
        case .noGatewayKeys:
            "Every callback is refused: no public key of the gateway is loaded "
                + "(cashIn.publicKeyFiles)."
        case .callbacksRefused:
            "Callbacks of the gateway are refused: the entry callbacks-refused says why."
        case .gatewayUnauthorized:
            "The gateway rejects our credentials: codes and queries fail."
        case .diskLow:
            "The disk is almost full: no code is generated until there is room again."
        case .gatewayFailing:
            "The gateway does not respond to queries\(facts.lastFailure.map { ": \($0)" } ?? "")."
        case .noCallbacks:
            "Callbacks have stopped arriving, although there are payments or expired codes."
        case .clockDifference:
            "The gateway's clock and this machine's differ by more than the tolerance."
        case .reloadRefused:
            "The last reload of the configuration was refused: the one before is still in force."
        case .stopping: "The receiver is stopping."
        case .entriesOpen, .consumersLate: ""
        }
    }

    private static func entries(_ count: Int64) -> Explanation {
        let text =
            count == 1 ? "1 attention entry is open." : "\(count) attention entries are open."
        return (text, count)
    }

    private static func consumers(_ late: [HealthFacts.LateConsumer]) -> Explanation? {
        guard let first = late.first else { return nil }
        let others = late.count == 1 ? "" : " (and \(late.count - 1) more)"
        let noun = first.lag == 1 ? "transition" : "transitions"
        return (
            "The consumer \(first.name)\(others) has not read \(first.lag) \(noun) for five "
                + "minutes or more.",
            Int64(late.count)
        )
    }
}

extension HealthFacts {
    /// Open entries about payments and callbacks.
    fileprivate var openEntryCount: Int64 {
        attention.filter { Health.Reason.Name.ofOperation[$0.key] == nil }.values.reduce(0, +)
    }
}
