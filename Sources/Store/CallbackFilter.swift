package import Payments

/// Which callbacks a list shows; all conditions have to hold.
package struct CallbackFilter: Sendable {
    /// One of the two references, in either role.
    package var reference: String?
    package var outcome: CallbackOutcome?
    package var externalID: String?

    /// Only those whose signature verified: not the refused ones that are kept for diagnosis.
    package var isAuthentic = false

    /// Received at or after, milliseconds since the epoch.
    package var fromMilliseconds: Int64?

    /// Received before, milliseconds since the epoch.
    package var toMilliseconds: Int64?

    /// Only those with a smaller number: the list goes from the newest to the oldest.
    package var beforeID: Int64?

    /// Only those with this number or a greater one.
    var sinceID: Int64?

    package init() {}

    /// Whether it asks for what neither the order of the numbers nor an index leads to.
    var isSearch: Bool { reference == nil && (outcome != nil || externalID != nil) }
}

/// Kept callbacks, the newest first.
package struct CallbackPage: Sendable {
    package let callbacks: [CallbackRecord]

    /// Where the list goes on: ``CallbackFilter/beforeID`` of the next page.
    package let next: Int64

    /// Whether there may be more; a search ends a page early when it has looked at many.
    package let more: Bool
}
