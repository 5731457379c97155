package import Payments

/// What an entry of the attention list is about.
package enum AttentionSubject: Hashable, Sendable {
    case payment(Payment.ID)
    /// Nothing that names a payment could be read: the field or cause.
    case cause(String)
    /// The gateway itself.
    case gateway
}

/// An entry of the attention list: one open for a (subject, kind).
package struct AttentionEntry: Equatable, Sendable {
    package typealias ID = Int64

    package let id: ID
    package let kind: AttentionKind
    package var subject: AttentionSubject

    /// One for each fact or cause, ten at most.
    package var events: [AttentionEvent]

    /// How often something was said, also beyond the events kept.
    package var count: Int64

    /// Milliseconds since the epoch.
    package let openedMilliseconds: Int64

    /// Milliseconds since the epoch.
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

    /// Events that one entry keeps; the others are only counted.
    package static let eventsMax = 10
}

/// One fact or cause that an entry holds.
package struct AttentionEvent: Equatable, Sendable {
    /// What tells it from the other events, when it is no fact.
    package let cause: String
    package let fact: Fact?

    /// The newest callback that said it, if one did.
    package var callbackID: KeptCallback.ID?

    /// One sentence: what was said, and what was stored then.
    package let text: String

    /// Milliseconds since the epoch.
    package let firstMilliseconds: Int64

    /// Milliseconds since the epoch.
    package var lastMilliseconds: Int64
    package var count: Int64 = 1

    package init(
        cause: String,
        fact: Fact?,
        callbackID: KeptCallback.ID?,
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

    /// Whether `other` says the same.
    package func isSame(as other: AttentionEvent) -> Bool {
        if fact != nil || other.fact != nil { return fact == other.fact }
        return cause == other.cause
    }
}

/// Who closed an entry, and why.
package struct EntryResolution: Equatable, Sendable {
    /// The name of an operator's token, or what else resolved it, such as `query`.
    package let by: String
    package let note: String

    package init(by: String, note: String) {
        self.by = by
        self.note = note
    }
}
