package import Payments

/// The merchant's choices that the ledger's decisions depend on: configuration keys of `notify` and
/// `reconcile` (article Checks).
///
/// One property for each configuration key.
package struct LedgerPolicy: Equatable, Sendable {
    /// The response to an authentic callback whose X-TIMESTAMP is outside the tolerance.
    ///
    /// `confirm` acknowledges it, `reject` responds 4015600. Either way a query decides.
    package enum StaleTimestamp: String, CaseIterable, Sendable { case confirm, reject }

    /// Which callbacks wait until a query confirms them.
    ///
    /// A signature shows that the gateway sent a callback, not that it is about this merchant.
    /// `unproven`: those whose pair is not corroborated. `always`: these, and every success.
    package enum ConfirmWithQuery: String, CaseIterable, Sendable { case never, unproven, always }

    /// How another fact under an X-EXTERNAL-ID already used on that day is treated.
    ///
    /// `reject` responds 4095600 until a query has decided; `flag` applies the status table and
    /// raises an entry where review is needed; `auto` rejects unless the receiver is receive-only.
    package enum ExternalIDConflict: String, CaseIterable, Sendable { case auto, reject, flag }

    /// How a callback for an unknown transaction is treated.
    ///
    /// `reject` responds 4045601, raises an entry, and a query decides.
    package enum UnknownTransactions: String, CaseIterable, Sendable { case accept, reject }

    /// How a success or refund of another amount than expected is treated.
    ///
    /// `reject` responds 4045613 and changes nothing; `flag` applies it. Both raise an entry.
    package enum AmountMismatch: String, CaseIterable, Sendable { case reject, flag }

    /// Which of a callback's two references is the merchant's.
    package enum ReferenceRoles: String, CaseIterable, Sendable {
        case auto
        case cashIn = "cash-in"
        case snap

        /// The order fixed by the configuration; nil under `auto`, where stored payments decide.
        package var order: ReferenceOrder? {
            switch self {
            case .auto: nil
            case .cashIn: .cashIn
            case .snap: .snap
            }
        }
    }

    /// Seconds by which X-TIMESTAMP may differ from the time of receipt; 0 = no check.
    package var timestampToleranceSeconds = 300
    package var staleTimestamp = StaleTimestamp.confirm
    package var confirmWithQuery = ConfirmWithQuery.unproven
    package var externalIDConflict = ExternalIDConflict.auto
    package var unknownTransactions = UnknownTransactions.accept
    package var amountMismatch = AmountMismatch.reject
    package var referenceRoles = ReferenceRoles.auto

    /// Whether generate and query are configured; otherwise the receiver is receive-only.
    package var isOutbound = false

    /// Whether due status inquiries are sent automatically: `reconcile.enabled`.
    package var isReconciling = true
    package var schedule = InquirySchedule()

    package init() {}

    /// Whether status inquiries are sent automatically: outbound is configured and reconcile on.
    package var canQuery: Bool { isOutbound && isReconciling }

    /// Whether another fact under a used X-EXTERNAL-ID is rejected until a query has decided.
    ///
    /// Under `auto`, a receive-only receiver does not reject: no query would ever end the conflict,
    /// and the gateway would retry for ever.
    package var rejectsExternalIDConflicts: Bool {
        switch externalIDConflict {
        case .reject: true
        case .flag: false
        case .auto: isOutbound
        }
    }

    /// Whether X-TIMESTAMP is too far from the time of receipt, both in milliseconds since the
    /// epoch; false if one is unknown.
    ///
    /// X-TIMESTAMP is signed: an old value means that an old callback arrives for the first time,
    /// and its fact may be outdated (article Checks, row 6).
    package func isStale(_ signed: Int64?, _ received: Int64?) -> Bool {
        guard timestampToleranceSeconds > 0, let signed, let received else { return false }
        return (received - signed).magnitude > UInt64(timestampToleranceSeconds) * 1_000
    }
}
