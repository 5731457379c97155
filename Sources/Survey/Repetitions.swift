import Payments

/// How the gateway sends again what it has sent before.
struct Repetitions: Sendable {
    /// The same bytes, signature and X-TIMESTAMP again: what the journal keeps once and counts.
    struct Identical: Encodable, Sendable {
        /// How many callbacks came more than once.
        fileprivate(set) var callbacks = 0

        /// Deliveries after the first.
        fileprivate(set) var deliveries: Int64 = 0

        /// From a callback's first delivery to its last.
        fileprivate(set) var spacingSeconds = Spread()
    }

    /// The same fact in a callback of its own: signed anew, or in other bytes.
    struct SameFact: Encodable, Sendable {
        /// How many facts came in more than one callback.
        let facts: Int

        /// Callbacks after the first.
        let callbacks: Int

        /// Those with the X-EXTERNAL-ID of the one before, and those with another one.
        let keptExternalId: Int
        let changedExternalId: Int

        /// Those with another X-TIMESTAMP than the one before.
        let changedTimestamp: Int

        /// From a fact's first callback to its last.
        let spacingSeconds: Spread
    }

    private struct Group {
        var externalID: String?
        var timestamp: String
        var period = Period()
        var callbacks = 0
        var kept = 0
        var changed = 0
        var resigned = 0
    }

    private(set) var identical = Identical()
    private var groups: [Fact: Group] = [:]

    /// Counts a callback; they come newest first.
    mutating func note(_ callback: SurveyedCallback, externalID: String?) {
        if callback.deliveries > 1 {
            identical.callbacks += 1
            identical.deliveries += callback.deliveries - 1
            let spacing = callback.lastReceivedMilliseconds - callback.receivedMilliseconds
            identical.spacingSeconds.note(spacing / 1_000)
        }
        guard let fact = callback.fact else { return }
        var group =
            groups[fact] ?? Group(externalID: externalID, timestamp: callback.timestamp)
        if group.callbacks > 0 {
            if group.externalID == externalID { group.kept += 1 } else { group.changed += 1 }
            if group.timestamp != callback.timestamp { group.resigned += 1 }
        }
        group.externalID = externalID
        group.timestamp = callback.timestamp
        group.callbacks += 1
        group.period.note(callback.receivedMilliseconds)
        groups[fact] = group
    }

    var sameFact: SameFact {
        let repeated = groups.values.filter { $0.callbacks > 1 }
        var spacing = Spread()
        for group in repeated {
            spacing.note(((group.period.last ?? 0) - (group.period.first ?? 0)) / 1_000)
        }
        let sum = { (count: (Group) -> Int) in repeated.reduce(0) { $0 + count($1) } }
        return SameFact(
            facts: repeated.count,
            callbacks: sum { $0.callbacks - 1 },
            keptExternalId: sum(\.kept),
            changedExternalId: sum(\.changed),
            changedTimestamp: sum(\.resigned),
            spacingSeconds: spacing
        )
    }
}

extension Repetitions: Encodable {
    private enum CodingKeys: CodingKey { case identical, sameFact }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(identical, forKey: .identical)
        try container.encode(sameFact, forKey: .sameFact)
    }
}
