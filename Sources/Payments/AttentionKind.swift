/// Why something stands on the attention list: a closed list (contract section 5).
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
    /// A callback waits for a query that cannot be asked or brought no answer.
    case unconfirmedCallback = "unconfirmed-callback"
    /// A success after the payment was cancelled or had failed.
    case lateSuccess = "late-success"
    /// A second success that differs from the first in its amount or gateway reference.
    case possibleSecondPayment = "possible-second-payment"
    /// A cancellation or failure after a success.
    case contradictsSuccess = "contradicts-success"
    /// A callback speaks of a refund that only a query may confirm.
    case unconfirmedRefund = "unconfirmed-refund"
    /// A refund of a payment that never was a success here.
    case unexpectedRefund = "unexpected-refund"
    /// The gateway took a payment, but its QR code must not be shown.
    case qrRefused = "qr-refused"
    /// The gateway was asked as often as the schedule says, and the payment is still open.
    case unsettledPayment = "unsettled-payment"
    /// The gateway has not answered for a while.
    case gatewayUnreachable = "gateway-unreachable"
    /// The gateway refuses our credentials: no queries are sent until that is mended.
    case gatewayUnauthorized = "gateway-unauthorized"

    /// Whether an entry is over when the gateway's answer to a query, `status`, has settled what it
    /// is about.
    ///
    /// Some hold what contradicts, and stay until somebody has looked.
    package func isClosed(byAnswer status: LatestTransactionStatus) -> Bool {
        switch self {
        case .externalIDConflict, .unknownTransaction, .staleCallback, .unconfirmedCallback,
            .lateSuccess, .unconfirmedRefund:
            true
        case .unsettledPayment: !status.isOpen
        case .invalidCallback, .amountMismatch, .referenceMismatch, .possibleSecondPayment,
            .contradictsSuccess, .unexpectedRefund, .qrRefused, .gatewayUnreachable,
            .gatewayUnauthorized:
            false
        }
    }
}
