/// An attention entry, as the messages of an alert show it.
package struct AlertEntry: Equatable, Sendable {
    /// What closed an entry.
    package struct Resolution: Equatable, Sendable {
        /// Milliseconds since the epoch.
        package let atMilliseconds: Int64

        /// The name of the operator's token, or the source that resolved it, such as `query`.
        package let by: String
        package let note: String

        package init(atMilliseconds: Int64, by: String, note: String) {
            self.atMilliseconds = atMilliseconds
            self.by = by
            self.note = note
        }
    }

    package let id: Int64

    /// The partnerReferenceNo of its payment; nil when it belongs to no known payment.
    package let reference: String?

    /// The text of its first event.
    package let detail: String

    /// How often it was reported.
    package let count: Int64

    /// Milliseconds since the epoch.
    package let openedMilliseconds: Int64

    /// Nil while it is open.
    package let resolution: Resolution?

    package init(
        id: Int64,
        reference: String?,
        detail: String,
        count: Int64,
        openedMilliseconds: Int64,
        resolution: Resolution? = nil
    ) {
        self.id = id
        self.reference = reference
        self.detail = detail
        self.count = count
        self.openedMilliseconds = openedMilliseconds
        self.resolution = resolution
    }
}
