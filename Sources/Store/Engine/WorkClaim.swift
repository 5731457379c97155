package import Payments

/// Work beside the database of which each piece is one receiver's at a time.
package enum SharedWork: Hashable, Sendable {
    /// The query about a payment whose inquiry is due.
    case inquiry(Payment.ID)

    /// The call that generates a code under this partnerReferenceNo.
    case generation(Reference)

    /// The messages of all alerts.
    case alerts

    /// The work as it is named in the database.
    package var name: String {
        switch self {
        case .inquiry(let id): "inquiry \(id)"
        case .generation(let reference): "generate \(reference.text)"
        case .alerts: "alerts"
        }
    }
}

/// What became of the attempt to claim an inquiry that is due.
package enum InquiryClaim: Equatable, Sendable {
    case claimed(WorkClaim)

    /// Another receiver has claimed it.
    case elsewhere
}

/// A piece of work that this receiver has alone, for a time.
///
/// Only durations are compared, each by the clock of one machine, because the clocks of receivers
/// may differ by minutes: the owner counts from before its claim was committed, another receiver
/// from when it has first seen the claim, so the owner's time is over first.
package struct WorkClaim: Equatable, Sendable {
    package let work: SharedWork

    /// Higher than that of each earlier claim of the same work.
    package let fence: Int64

    /// When the owner's time is over, by a clock that does not stop while the machine sleeps; nil
    /// if no other receiver can have the work.
    package let end: ContinuousClock.Instant?

    /// Whether the owner has so much time left.
    package func lasts(_ duration: Duration) -> Bool {
        end.map { .now + duration <= $0 } ?? true
    }
}
