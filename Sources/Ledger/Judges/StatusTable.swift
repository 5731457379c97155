package import Payments

/// The cell of the status table for one reported status.
package enum StatusDecision: Hashable, Sendable {
    /// A transition to this status, with an entry where the movement of money is unexpected.
    case apply(TransactionStatus, attention: AttentionKind? = nil)
    /// The report repeats the current status.
    case replay(attention: AttentionKind? = nil)
    /// The report changes nothing.
    case ignore(attention: AttentionKind? = nil)
    /// A callback is not sufficient; a query must decide.
    ///
    /// The entry stays open until then.
    case queryDecides(attention: AttentionKind)
    /// A query found no payment: the status stays, and the query is repeated.
    case queryAgain
}

/// The part of a report that the status table depends on.
package struct StatusReport: Hashable, Sendable {
    package let status: LatestTransactionStatus

    /// `notify` for a callback; any other source counts like a query.
    package let source: TransitionSource

    /// How a reported success compares with the current one; matters for success and refunded.
    package enum Comparison: Hashable, Sendable {
        /// It may be the same success: nothing distinguishes the two.
        case compatible
        /// It is the same success: it has the time or the id of the current one.
        case same
        /// It is another success: its amount differs, or both its time and its id.
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

/// The status table, shared by callbacks, queries and operators (article Statuses).
///
/// A pure function: rows are current statuses, columns reported codes. Two principles shape it.
/// Money that arrived is never hidden by a later report, and a callback, whose signature does not
/// cover whom it is addressed to, never reverses a final status without a query.
package enum StatusTable {
    /// Decides the effect of a report on a payment.
    ///
    /// Column 07 comes first: a callback with it creates nothing, and a query with it says at most
    /// that the gateway does not list the payment yet.
    ///
    /// - Parameters:
    ///   - current: the payment's status; nil when no transaction is stored under its references.
    ///   - wasWritten: whether a transition of this payment already has the reported code.
    package static func decide(
        from current: TransactionStatus?,
        wasWritten: Bool,
        _ report: StatusReport
    ) -> StatusDecision {
        if report.status == .notFound { return report.isCallback ? .ignore() : .queryAgain }
        switch current {
        case nil, .created, .pending: return fromOpen(wasWritten: wasWritten, report)
        case .success: return fromSuccess(report)
        case .cancelled: return fromUnpaid(same: .cancelled, report)
        case .failed: return fromUnpaid(same: .failed, report)
        case .refunded: return fromRefunded(report)
        }
    }

    /// Row *none, created, pending*: any final status is applied, because nothing contradicts it.
    ///
    /// 01, 02 and 03 are applied once each, so that repeated progress reports do not fill the feed.
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

    /// Row *success*: the payment stays a success until a query reports a refund.
    ///
    /// A cancellation or failure is not applied, because the money has arrived; the contradiction
    /// goes on the attention list. A different success may be a second payment of the same code,
    /// which one status cannot represent: `paidAmount` stays, and an operator decides.
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

    /// Row *cancelled, failed*: a success still wins, because a code can be paid after it expired.
    ///
    /// A callback alone is not sufficient for that: a query decides, and `late-success` stays open
    /// until then.
    ///
    /// - Parameter same: the code of the current status.
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

    /// Row *refunded*: no report leaves this status.
    ///
    /// A success here is either a late copy of the refunded one or new money. Only a shared mark
    /// shows the former; otherwise `payment-after-refund` is raised.
    private static func fromRefunded(_ report: StatusReport) -> StatusDecision {
        switch report.status {
        case .success:
            .ignore(attention: report.comparison == .same ? nil : .paymentAfterRefund)
        case .refunded: .replay()
        case .initiated, .paying, .pending, .cancelled, .failed, .notFound: .ignore()
        }
    }

    /// A refund of a payment that was never a success here.
    ///
    /// A query's report is applied, with an entry: a success must have been missed, and its amount
    /// is not in the feed. A callback waits for that query.
    private static func unexpectedRefund(_ report: StatusReport) -> StatusDecision {
        report.isCallback
            ? .queryDecides(attention: .unconfirmedRefund)
            : .apply(.refunded, attention: .unexpectedRefund)
    }
}
