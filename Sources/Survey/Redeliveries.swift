import Payments

/// Statistics on redelivered callbacks.
struct Redeliveries: Sendable {
    /// Redeliveries of the same bytes, signature and X-TIMESTAMP, which the journal stores once and
    /// counts.
    struct Identical: Encodable, Sendable {
        /// The number of callbacks delivered more than once.
        fileprivate(set) var callbacks = 0

        /// The number of deliveries after the first.
        fileprivate(set) var deliveries: Int64 = 0

        /// Seconds from the first delivery of a callback to its last.
        fileprivate(set) var spacingSeconds = Spread()
    }

    /// Redeliveries of the same fact in another callback: signed again, or with other bytes.
    struct SameFact: Encodable, Sendable {
        /// The number of facts that occur in more than one callback.
        let facts: Int

        /// The number of callbacks after the first of each fact.
        let callbacks: Int

        /// The numbers of those with the same X-EXTERNAL-ID as the next newer one, and with a
        /// different one.
        let keptExternalId: Int
        let changedExternalId: Int

        /// The number of those with a different X-TIMESTAMP.
        let changedTimestamp: Int

        /// Seconds from the first callback of a fact to its last.
        let spacingSeconds: Spread
    }

    private struct Group {
        var externalID: String?
        var timestamp: String
        var period = Period()
        var callbacks = 0
        var unchanged = 0
        var changed = 0
        var resigned = 0
    }

    private(set) var identical = Identical()
    private var groups: [Fact: Group] = [:]

    /// Counts a callback; callbacks must be passed newest first.
    mutating func count(_ callback: SurveyedCallback, externalID: String?) {
        if callback.deliveries > 1 {
            identical.callbacks += 1
            identical.deliveries += callback.deliveries - 1
            let spacing = callback.lastReceivedMilliseconds - callback.receivedMilliseconds
            identical.spacingSeconds.count(spacing / 1_000)
        }
        guard let fact = callback.fact else { return }
        var group =
            groups[fact] ?? Group(externalID: externalID, timestamp: callback.timestamp)
        if group.callbacks > 0 {
            if group.externalID == externalID { group.unchanged += 1 } else { group.changed += 1 }
            if group.timestamp != callback.timestamp { group.resigned += 1 }
        }
        group.externalID = externalID
        group.timestamp = callback.timestamp
        group.callbacks += 1
        group.period.count(callback.receivedMilliseconds)
        groups[fact] = group
    }

    var sameFact: SameFact {
        let repeated = groups.values.filter { $0.callbacks > 1 }
        var spacing = Spread()
        for group in repeated {
            spacing.count(((group.period.last ?? 0) - (group.period.first ?? 0)) / 1_000)
        }
        let sum = { (count: (Group) -> Int) in repeated.reduce(0) { $0 + count($1) } }
        return SameFact(
            facts: repeated.count,
            callbacks: sum { $0.callbacks - 1 },
            keptExternalId: sum(\.unchanged),
            changedExternalId: sum(\.changed),
            changedTimestamp: sum(\.resigned),
            spacingSeconds: spacing
        )
    }
}

extension Redeliveries: Encodable {
    private enum CodingKeys: CodingKey { case identical, sameFact }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(identical, forKey: .identical)
        try container.encode(sameFact, forKey: .sameFact)
    }
}
