package import Payments

/// An open attention entry, as far as the choice of an alert needs it.
package struct OpenEntry: Equatable, Sendable {
    package let id: AttentionEntry.ID
    package let kind: AttentionKind

    /// Milliseconds since the epoch.
    package let openedMilliseconds: Int64

    package init(id: AttentionEntry.ID, kind: AttentionKind, openedMilliseconds: Int64) {
        self.id = id
        self.kind = kind
        self.openedMilliseconds = openedMilliseconds
    }
}

/// A page of the open attention entries.
package struct OpenEntries: Equatable, Sendable {
    /// In the order of their IDs.
    package let entries: [OpenEntry]

    /// The cursor: all open entries up to this ID have been returned.
    package let next: AttentionEntry.ID

    /// Whether there may be entries beyond ``next``.
    package let more: Bool

    package init(entries: [OpenEntry], next: AttentionEntry.ID, more: Bool) {
        self.entries = entries
        self.next = next
        self.more = more
    }
}

/// What is stored about an alert.
package struct AlertState: Equatable, Sendable {
    /// An entry that was open long enough, and whose resolution was not reported.
    package struct Entry: Equatable, Sendable {
        package let id: AttentionEntry.ID
        package let kind: AttentionKind

        /// Whether a message has reported it as open.
        package let isReported: Bool

        package init(id: AttentionEntry.ID, kind: AttentionKind, isReported: Bool) {
            self.id = id
            self.kind = kind
            self.isReported = isReported
        }
    }

    /// In the order of their IDs.
    package let entries: [Entry]

    /// The time of the last message about each kind, in milliseconds since the epoch.
    package let sentMilliseconds: [AttentionKind: Int64]

    package init(entries: [Entry], sentMilliseconds: [AttentionKind: Int64]) {
        self.entries = entries
        self.sentMilliseconds = sentMilliseconds
    }
}

/// A change of what is stored about an alert. Applying it twice has the effect of applying it once.
package struct AlertChange: Equatable, Sendable {
    /// A message that was sent.
    package struct Message: Equatable, Sendable {
        package let kind: AttentionKind

        /// Milliseconds since the epoch.
        package let sentMilliseconds: Int64

        package init(kind: AttentionKind, sentMilliseconds: Int64) {
            self.kind = kind
            self.sentMilliseconds = sentMilliseconds
        }
    }

    /// The name of the alert.
    package let alert: String

    /// Entries that were open long enough, and that no message has reported.
    package var added: [AttentionEntry.ID] = []

    /// Entries that a message has reported as open.
    package var reported: [AttentionEntry.ID] = []

    /// Entries that the alert is done with.
    package var removed: [AttentionEntry.ID] = []

    package var message: Message?

    package init(alert: String) { self.alert = alert }

    package var isEmpty: Bool {
        added.isEmpty && reported.isEmpty && removed.isEmpty && message == nil
    }

    /// Changes of at most `count` entries each that have the same effect in this order.
    package func parts(ofEntries count: Int) -> [AlertChange] {
        var parts: [AlertChange] = []
        for (path, ids) in [
            (\AlertChange.added, added), (\AlertChange.reported, reported),
            (\AlertChange.removed, removed),
        ] {
            for start in stride(from: 0, to: ids.count, by: count) {
                var part = AlertChange(alert: alert)
                part[keyPath: path] = Array(ids[start..<min(start + count, ids.count)])
                parts.append(part)
            }
        }
        if parts.isEmpty, message != nil { parts.append(AlertChange(alert: alert)) }
        if let message { parts[parts.count - 1].message = message }
        return parts
    }
}
