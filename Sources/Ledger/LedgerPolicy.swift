package import Payments

/// The merchant's choices that bear on what the ledger decides (contract section 3, `notify` and
/// `reconcile`).
///
/// A property for each configuration key.
package struct LedgerPolicy: Equatable, Sendable {
    /// What happens to an authentic callback whose X-TIMESTAMP is outside the tolerance.
    package enum StaleTimestamp: String, CaseIterable, Sendable { case confirm, reject }

    /// Which callbacks wait for the gateway's own answer to a query.
    package enum ConfirmWithQuery: String, CaseIterable, Sendable { case never, unproven, always }

    /// What happens to another fact under an X-EXTERNAL-ID already used on that day.
    package enum ExternalIDConflict: String, CaseIterable, Sendable { case auto, reject, flag }

    /// What happens to a callback for a payment that is not known.
    package enum UnknownTransactions: String, CaseIterable, Sendable { case accept, reject }

    /// What happens to a success or refund of another amount than expected.
    package enum AmountMismatch: String, CaseIterable, Sendable { case reject, flag }

    /// Which of a callback's two references is the merchant's.
    package enum ReferenceRoles: String, CaseIterable, Sendable {
        case auto
        case cashIn = "cash-in"
        case snap

        /// The order that the merchant has fixed; nil where it has to be found out.
        package var order: ReferenceOrder? {
            switch self {
            case .auto: nil
            case .cashIn: .cashIn
            case .snap: .snap
            }
        }
    }

    /// Seconds that X-TIMESTAMP may differ from the time of receipt; 0 = no check.
    package var timestampToleranceSeconds = 300
    package var staleTimestamp = StaleTimestamp.confirm
    package var confirmWithQuery = ConfirmWithQuery.unproven
    package var externalIDConflict = ExternalIDConflict.auto
    package var unknownTransactions = UnknownTransactions.accept
    package var amountMismatch = AmountMismatch.reject
    package var referenceRoles = ReferenceRoles.auto

    /// Whether outbound is configured; without it the receiver only receives.
    package var isOutbound = false

    /// Whether due status inquiries are sent without an operator's order: `reconcile.enabled`.
    package var isReconciling = true
    package var schedule = InquirySchedule()

    package init() {}

    /// Whether status inquiries are sent without an operator's order.
    package var canQuery: Bool { isOutbound && isReconciling }

    /// Whether another fact under a used X-EXTERNAL-ID is refused until a query has decided.
    ///
    /// Without outbound no query ever decides, and the refusal would last for ever.
    package var rejectsExternalIDConflicts: Bool {
        switch externalIDConflict {
        case .reject: true
        case .flag: false
        case .auto: isOutbound
        }
    }
}
