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

    package init() {}
}
