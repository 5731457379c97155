/// What the status table says about one reported status.
package enum StatusDecision: Hashable, Sendable {
    /// A transition to this status, with an attention entry where money may be surprising.
    case apply(TransactionStatus, attention: AttentionKind? = nil)
    /// The report repeats what already stands.
    case replay
    /// The report changes nothing.
    case ignore(attention: AttentionKind? = nil)
    /// Only the gateway's own answer to a query may decide.
    case queryDecides(attention: AttentionKind? = nil)
    /// A query found nothing: the transaction stays as it is and is asked for again.
    case askAgain
}

/// The status table of contract section 4, used for callbacks, queries, generate answers and
/// operators alike.
package enum StatusTable {
    /// Decides what `reported` does to a transaction.
    ///
    /// - Parameters:
    ///   - current: its status, or nil when nothing is stored under its references.
    ///   - applied: the codes that were applied to it before.
    ///   - reported: what the source says.
    ///   - source: who says it. An operator's word counts like a query's answer.
    package static func decide(
        from current: TransactionStatus?,
        applied: StatusCodeSet,
        reported: LatestTransactionStatus,
        source: TransitionSource
    ) -> StatusDecision {
        let isCallback = source == .notify
        if reported == .notFound { return isCallback ? .ignore() : .askAgain }
        switch current {
        case nil, .created, .pending:
            return fromOpen(applied: applied, reported: reported, isCallback: isCallback)
        case .success:
            return fromSuccess(reported: reported, isCallback: isCallback)
        case .cancelled, .failed:
            let same: LatestTransactionStatus = current == .cancelled ? .cancelled : .failed
            return fromUnpaid(same: same, reported: reported, isCallback: isCallback)
        case .refunded:
            return reported == .refunded ? .replay : .ignore()
        }
    }

    private static func fromOpen(
        applied: StatusCodeSet,
        reported: LatestTransactionStatus,
        isCallback: Bool
    ) -> StatusDecision {
        switch reported {
        case .success: .apply(.success)
        case .initiated, .paying, .pending:
            applied.contains(reported) ? .ignore() : .apply(.pending)
        case .refunded:
            isCallback
                ? .queryDecides(attention: .unconfirmedRefund)
                : .apply(.refunded, attention: .unexpectedRefund)
        case .cancelled: .apply(.cancelled)
        case .failed: .apply(.failed)
        case .notFound: .ignore()
        }
    }

    private static func fromSuccess(
        reported: LatestTransactionStatus,
        isCallback: Bool
    ) -> StatusDecision {
        switch reported {
        case .success: .replay
        case .refunded:
            isCallback ? .queryDecides(attention: .unconfirmedRefund) : .apply(.refunded)
        case .cancelled, .failed: .ignore(attention: .contradictsSuccess)
        case .initiated, .paying, .pending, .notFound: .ignore()
        }
    }

    /// From cancelled or failed; `same` is the code of the current one.
    private static func fromUnpaid(
        same: LatestTransactionStatus,
        reported: LatestTransactionStatus,
        isCallback: Bool
    ) -> StatusDecision {
        switch reported {
        case .success:
            isCallback ? .queryDecides(attention: .lateSuccess) : .apply(.success)
        case .refunded:
            isCallback
                ? .queryDecides(attention: .unconfirmedRefund)
                : .apply(.refunded, attention: .unexpectedRefund)
        case .cancelled, .failed: reported == same ? .replay : .ignore()
        case .initiated, .paying, .pending, .notFound: .ignore()
        }
    }
}
