package import Payments

/// What one alert has to report.
///
/// An entry joins the queue when it has been open long enough, and leaves it when its resolution is
/// reported. Pure: ``AlertPace`` decides when something is sent.
package struct AlertQueue: Sendable {
    private struct Tracked {
        let kind: AttentionKind

        /// Whether a message has reported it as open.
        var isReported: Bool
        var isResolved = false

        /// Whether the next message about its kind reports it.
        var isWaiting: Bool { !isReported || isResolved }
    }

    /// The maximum of entries in the queue, which bounds its memory. Further ones join when others
    /// leave.
    package static let entriesMax = 100_000

    private var tracked: [AttentionEntry.ID: Tracked] = [:]

    package init() {}

    /// Whether no more entries may join.
    package var isFull: Bool { tracked.count >= Self.entriesMax }

    package func contains(_ id: AttentionEntry.ID) -> Bool { tracked[id] != nil }

    /// Adds an entry that was open long enough.
    ///
    /// - Parameter isReported: whether a message has reported it already.
    package mutating func add(
        _ id: AttentionEntry.ID,
        _ kind: AttentionKind,
        isReported: Bool = false
    ) {
        tracked[id] = Tracked(kind: kind, isReported: isReported)
    }

    /// Records that entries are resolved; others than those of the queue are ignored.
    package mutating func resolve(_ ids: some Sequence<AttentionEntry.ID>) {
        for id in ids { tracked[id]?.isResolved = true }
    }

    /// The entries that are not known to be resolved, in ascending order.
    package var openIDs: [AttentionEntry.ID] {
        tracked.filter { !$0.value.isResolved }.keys.sorted()
    }

    /// How many entries wait for a message, by kind; kinds without one are left out.
    package var waiting: [AttentionKind: Int] {
        var counts: [AttentionKind: Int] = [:]
        for entry in tracked.values where entry.isWaiting { counts[entry.kind, default: 0] += 1 }
        return counts
    }

    /// Everything that waits for a message about a kind.
    package func batch(of kind: AttentionKind) -> AlertBatch {
        let waiting = tracked.filter { $0.value.kind == kind && $0.value.isWaiting }
        return AlertBatch(
            kind: kind,
            open: waiting.filter { !$0.value.isResolved }.keys.sorted(),
            resolved: waiting.filter { $0.value.isResolved }.keys.sorted()
        )
    }

    /// Records that a batch was reported.
    ///
    /// One of its open entries may have been resolved since: then it waits for the next message.
    package mutating func complete(_ batch: AlertBatch) {
        for id in batch.open { tracked[id]?.isReported = true }
        for id in batch.resolved { tracked[id] = nil }
    }
}

/// The entries that one message reports.
package struct AlertBatch: Equatable, Sendable {
    package let kind: AttentionKind

    /// Entries that are open and were not reported before, in ascending order.
    package let open: [AttentionEntry.ID]

    /// Resolved entries, in ascending order.
    package let resolved: [AttentionEntry.ID]

    package init(
        kind: AttentionKind,
        open: [AttentionEntry.ID],
        resolved: [AttentionEntry.ID]
    ) {
        self.kind = kind
        self.open = open
        self.resolved = resolved
    }

    /// The entries that its message describes.
    package var described: [AttentionEntry.ID] {
        Array((open + resolved).prefix(AlertMessage.entriesMax))
    }
}
