package import Payments

/// What the status table says about one reported status.
package enum StatusDecision: Hashable, Sendable {
    /// A transition to this status, with an attention entry where money may be surprising.
    case apply(TransactionStatus, attention: AttentionKind? = nil)
    /// The report repeats what already stands.
    case replay(attention: AttentionKind? = nil)
    /// The report changes nothing.
    case ignore(attention: AttentionKind? = nil)
    /// Only the gateway's own answer to a query may decide.
    case queryDecides(attention: AttentionKind)
    /// A query found nothing: the payment stays as it is and is asked for again.
    case askAgain
}

/// What a source says of a payment, as far as the status table looks at it.
package struct StatusReport: Hashable, Sendable {
    package let status: LatestTransactionStatus

    /// An operator's word counts like a query's answer.
    package let source: TransitionSource

    /// How a reported success compares with the one that stands.
    package enum Comparison: Hashable, Sendable {
        /// It may be the same one.
        case compatible
        /// It bears a mark of the one that stands.
        case same
        /// It differs in what tells two payments apart.
        case different
    }

    package let comparison: Comparison

    package init(
        _ status: LatestTransactionStatus,
        source: TransitionSource,
        comparison: Comparison = .compatible
    ) {
        self.status = status
        self.source = source
        self.comparison = comparison
    }

    fileprivate var isCallback: Bool { source == .notify }
}

/// The status table of contract section 4, used for callbacks, queries, generate answers and
/// operators alike.
package enum StatusTable {
    /// Decides what a report does to a payment.
    ///
    /// - Parameters:
    ///   - current: its status, or nil when no transaction is stored under its references.
    ///   - wasWritten: whether a transition with the reported code was written before.
    package static func decide(
        from current: TransactionStatus?,
        wasWritten: Bool,
        _ report: StatusReport
    ) -> StatusDecision {
        if report.status == .notFound { return report.isCallback ? .ignore() : .askAgain }
        switch current {
        case nil, .created, .pending: return fromOpen(wasWritten: wasWritten, report)
        case .success: return fromSuccess(report)
        case .cancelled: return fromUnpaid(same: .cancelled, report)
        case .failed: return fromUnpaid(same: .failed, report)
        case .refunded: return fromRefunded(report)
        }
    }

    private static func fromOpen(wasWritten: Bool, _ report: StatusReport) -> StatusDecision {
        switch report.status {
        case .success: .apply(.success)
        case .initiated, .paying, .pending: wasWritten ? .ignore() : .apply(.pending)
        case .refunded: unexpectedRefund(report)
        case .cancelled: .apply(.cancelled)
        case .failed: .apply(.failed)
        case .notFound: .ignore()
        }
    }

    private static func fromSuccess(_ report: StatusReport) -> StatusDecision {
        switch report.status {
        case .success:
            .replay(attention: report.comparison == .different ? .possibleSecondPayment : nil)
        case .refunded:
            report.isCallback
                ? .queryDecides(attention: .unconfirmedRefund) : .apply(.refunded)
        case .cancelled, .failed: .ignore(attention: .contradictsSuccess)
        case .initiated, .paying, .pending, .notFound: .ignore()
        }
    }

    /// From cancelled or failed; `same` is the code of the current one.
    private static func fromUnpaid(
        same: LatestTransactionStatus,
        _ report: StatusReport
    ) -> StatusDecision {
        switch report.status {
        case .success:
            report.isCallback ? .queryDecides(attention: .lateSuccess) : .apply(.success)
        case .refunded: unexpectedRefund(report)
        case .cancelled, .failed: report.status == same ? .replay() : .ignore()
        case .initiated, .paying, .pending, .notFound: .ignore()
        }
    }

    private static func fromRefunded(_ report: StatusReport) -> StatusDecision {
        switch report.status {
        case .success:
            .ignore(attention: report.comparison == .same ? nil : .paymentAfterRefund)
        case .refunded: .replay()
        case .initiated, .paying, .pending, .cancelled, .failed, .notFound: .ignore()
        }
    }

    /// A refund of what never was a success here.
    private static func unexpectedRefund(_ report: StatusReport) -> StatusDecision {
        report.isCallback
            ? .queryDecides(attention: .unconfirmedRefund)
            : .apply(.refunded, attention: .unexpectedRefund)
    }
}
