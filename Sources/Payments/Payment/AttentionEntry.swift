/// The subject of an entry of the attention list (article Statuses).
package enum AttentionSubject: Hashable, Sendable {
    case payment(Payment.ID)
    /// A field or cause, because nothing that identifies a payment is readable.
    case cause(String)
    /// The gateway itself.
    case gateway
}

/// An item that needs manual review; at most one is open for each subject and kind.
package struct AttentionEntry: Equatable, Sendable {
    package typealias ID = Int64

    package let id: ID
    package let kind: AttentionKind
    package var subject: AttentionSubject

    /// One event for each fact or cause, at most ``eventsMax``, in the order of arrival.
    package var events: [AttentionEvent]

    /// All reports, including those that have no event because the entry is full.
    package var count: Int64

    /// Milliseconds since the epoch.
    package let openedMilliseconds: Int64

    /// The time of the newest report, in milliseconds since the epoch.
    package var lastMilliseconds: Int64
    package var isOpen = true

    package init(
        id: ID,
        kind: AttentionKind,
        subject: AttentionSubject,
        events: [AttentionEvent],
        count: Int64,
        openedMilliseconds: Int64,
        lastMilliseconds: Int64
    ) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.events = events
        self.count = count
        self.openedMilliseconds = openedMilliseconds
        self.lastMilliseconds = lastMilliseconds
    }

    /// Events that one entry stores; further facts are only counted, so that a flood of different
    /// callbacks cannot grow it.
    package static let eventsMax = 10
}

/// One fact or cause of an entry.
package struct AttentionEvent: Equatable, Sendable {
    /// The reason; identifies the event among those without a fact, also in stored dismissals.
    package let cause: String

    /// What an operator can accept; nil for a cause without a fact.
    package let fact: Fact?

    /// The newest callback with it; nil when none reported it.
    package var callbackID: CallbackID?

    /// One sentence: what was reported, and what was stored at that time.
    package let text: String

    /// Milliseconds since the epoch.
    package let firstMilliseconds: Int64

    /// Milliseconds since the epoch.
    package var lastMilliseconds: Int64
    package var count: Int64 = 1

    package init(
        cause: String,
        fact: Fact?,
        callbackID: CallbackID?,
        text: String,
        atMilliseconds now: Int64
    ) {
        self.cause = cause
        self.fact = fact
        self.callbackID = callbackID
        self.text = text
        firstMilliseconds = now
        lastMilliseconds = now
    }

    /// Whether `other` has the same fact or, if neither has one, the same cause.
    package func isSame(as other: AttentionEvent) -> Bool {
        if fact != nil || other.fact != nil { return fact == other.fact }
        return cause == other.cause
    }
}

/// What closed an entry, with a note on the reason.
package struct EntryResolution: Equatable, Sendable {
    /// The name of the operator's token, or the source that resolved it, such as `query`.
    package let by: String
    package let note: String

    package init(by: String, note: String) {
        self.by = by
        self.note = note
    }
}
