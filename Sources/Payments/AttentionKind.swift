/// Why something stands on the attention list: a closed list (contract section 4, "Attention
/// entries").
package enum AttentionKind: String, CaseIterable, Sendable {
    /// An authentic callback that could not be read: headers or members are missing or malformed.
    case invalidCallback = "invalid-callback"
    /// The same X-EXTERNAL-ID came on one day with another fact.
    case externalIDConflict = "external-id-conflict"
    /// No transaction matches, and `unknownTransactions` is `reject`.
    case unknownTransaction = "unknown-transaction"
    /// A success or refund of another amount than expected.
    case amountMismatch = "amount-mismatch"
    /// The references contradict what is known of a transaction.
    case referenceMismatch = "reference-mismatch"
    /// X-TIMESTAMP was outside the tolerance.
    case staleCallback = "stale-callback"
    /// A callback waits for a query that cannot be sent or brought no answer.
    case unconfirmedCallback = "unconfirmed-callback"
    /// A callback speaks of a refund that only a query may confirm.
    case unconfirmedRefund = "unconfirmed-refund"
    /// A refund of a payment that never was a success here.
    case unexpectedRefund = "unexpected-refund"
    /// A success after the payment was cancelled or had failed.
    case lateSuccess = "late-success"
    /// A second success that differs from the first in amount, gateway reference, or time and id.
    case possibleSecondPayment = "possible-second-payment"
    /// A success after a refund that is not the refunded one again.
    case paymentAfterRefund = "payment-after-refund"
    /// A cancellation or failure after a success.
    case contradictsSuccess = "contradicts-success"
    /// The gateway took a payment, but its QR code must not be shown.
    case qrRefused = "qr-refused"
    /// A payment is still open and the gateway is no longer asked, or gives no usable answer.
    case unresolvedPayment = "unresolved-payment"
    /// The gateway knows neither this payment, generated here, nor any other of ours.
    case ownPaymentUnknown = "own-payment-unknown"
    /// The gateway has not answered for a while.
    case gatewayUnreachable = "gateway-unreachable"
    /// The gateway refuses our queries.
    case gatewayUnauthorized = "gateway-unauthorized"

    /// The disk of the database has less room than is to stay free.
    case diskLow = "disk-low"

    /// Whether an operator may accept a status through an entry of this kind: the entry is about a
    /// payment.
    package var isAboutFacts: Bool {
        switch self {
        case .gatewayUnreachable, .gatewayUnauthorized, .diskLow: false
        default: true
        }
    }

    /// Whether an entry closes when the gateway's word, `status`, has resolved what it is about.
    ///
    /// The others hold a contradiction that a person has to look at.
    package func isClosed(by status: LatestTransactionStatus) -> Bool {
        switch self {
        case .externalIDConflict, .unknownTransaction, .staleCallback, .unconfirmedCallback,
            .lateSuccess, .unconfirmedRefund:
            true
        case .unresolvedPayment: !status.isOpen
        case .ownPaymentUnknown: status != .notFound
        case .invalidCallback, .amountMismatch, .referenceMismatch, .possibleSecondPayment,
            .paymentAfterRefund, .contradictsSuccess, .unexpectedRefund, .qrRefused,
            .gatewayUnreachable, .gatewayUnauthorized, .diskLow:
            false
        }
    }
}
