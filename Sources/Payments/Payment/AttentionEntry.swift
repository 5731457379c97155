/// The subject of an entry of the attention list (article Statuses).
package enum AttentionSubject: Hashable, Sendable {
    case payment(Payment.ID)
    /// A field or cause, because nothing that identifies a payment is readable.
    case cause(String)
    /// The gateway itself.
    case gateway
}

/// An item that needs manual review; at most one is open for each subject and kind.
package struct AttentionEntry: Equatable, Sendable {
    package typealias ID = Int64

    package let id: ID
    package let kind: AttentionKind
    package var subject: AttentionSubject

    /// One event for each fact or cause, at most ``eventsMax``, in the order of arrival.
    package var events: [AttentionEvent]

    /// All reports, including those that have no event because the entry is full.
    package var count: Int64

    /// Milliseconds since the epoch.
    package let openedMilliseconds: Int64

    /// The time of the newest report, in milliseconds since the epoch.
    package var lastMilliseconds: Int64
    package var isOpen = true

    package init(
        id: ID,
        kind: AttentionKind,
        subject: AttentionSubject,
        events: [AttentionEvent],
        count: Int64,
        openedMilliseconds: Int64,
        lastMilliseconds: Int64
    ) {
        self.id = id
        self.kind = kind
        self.subject = subject
        self.events = events
        self.count = count
        self.openedMilliseconds = openedMilliseconds
        self.lastMilliseconds = lastMilliseconds
    }

    /// Events that one entry stores; further facts are only counted, so that a flood of different
    /// callbacks cannot grow it.
    package static let eventsMax = 10
}

/// One fact or cause of an entry.
package struct AttentionEvent: Equatable, Sendable {
    /// The reason; identifies the event among those without a fact, also in stored dismissals.
    package let cause: String

    /// What an operator can accept; nil for a cause without a fact.
    package let fact: Fact?

    /// The newest callback with it; nil when none reported it.
    package var callbackID: CallbackID?

    /// One sentence: what was reported, and what was stored at that time.
    package let text: String

    /// Milliseconds since the epoch.
    package let firstMilliseconds: Int64

    /// Milliseconds since the epoch.
    package var lastMilliseconds: Int64
    package var count: Int64 = 1

    package init(
        cause: String,
        fact: Fact? = nil,
        callbackID: CallbackID? = nil,
        text: String,
        atMilliseconds now: Int64
    ) {
        self.cause = cause
        self.fact = fact
        self.callbackID = callbackID
        self.text = text
        firstMilliseconds = now
        lastMilliseconds = now
    }

    /// Whether `other` has the same fact or, if neither has one, the same cause.
    package func isSame(as other: AttentionEvent) -> Bool {
        if fact != nil || other.fact != nil { return fact == other.fact }
        return cause == other.cause
    }
}

/// What closed an entry, with a note on the reason.
package struct EntryResolution: Equatable, Sendable {
    /// The name of the operator's token, or the source that resolved it, such as `query`.
    package let by: String
    package let note: String

    package init(by: String, note: String) {
        self.by = by
        self.note = note
    }
}

/// Why an entry is on the attention list: a closed list (article Statuses).
package enum AttentionKind: String, CaseIterable, Sendable {
    /// An authentic callback is unreadable: headers or members are missing or malformed.
    case invalidCallback = "invalid-callback"
    /// One X-EXTERNAL-ID was used for two facts on one day of receipt.
    case externalIDConflict = "external-id-conflict"
    /// No transaction matches, and `unknownTransactions` is `reject`.
    case unknownTransaction = "unknown-transaction"
    /// The amount of a success or refund differs from the expected one.
    case amountMismatch = "amount-mismatch"
    /// The references contradict a stored transaction.
    case referenceMismatch = "reference-mismatch"
    /// X-TIMESTAMP was outside the tolerance.
    case staleCallback = "stale-callback"
    /// A callback waits for a query that cannot be sent or did not resolve it.
    case unconfirmedCallback = "unconfirmed-callback"
    /// A callback reports a refund, which only a query may confirm.
    case unconfirmedRefund = "unconfirmed-refund"
    /// A refund of a payment that was never a success here.
    case unexpectedRefund = "unexpected-refund"
    /// A success after the payment was cancelled or failed.
    case lateSuccess = "late-success"
    /// A second success that differs from the first in amount, gateway reference, or time and id.
    case possibleSecondPayment = "possible-second-payment"
    /// A success after a refund that does not repeat the refunded success.
    case paymentAfterRefund = "payment-after-refund"
    /// A cancellation or failure after a success.
    case contradictsSuccess = "contradicts-success"
    /// The gateway accepted a payment, but its QR code failed validation.
    case qrRefused = "qr-refused"
    /// A payment is open, and no query is planned or the responses are unusable.
    case unresolvedPayment = "unresolved-payment"
    /// The gateway finds neither this payment, generated here, nor any other of the merchant.
    case ownPaymentUnknown = "own-payment-unknown"
    /// The gateway has not responded for a while.
    case gatewayUnreachable = "gateway-unreachable"
    /// The gateway rejects the merchant's credentials or queries.
    case gatewayUnauthorized = "gateway-unauthorized"
    /// Callbacks that bear the merchant's client ID are refused, or authentic ones are refused for
    /// their address or X-PARTNER-ID.
    case callbacksRefused = "callbacks-refused"
    /// Queries confirm payments, or codes expire, but no callback arrives.
    case noCallbacks = "no-callbacks"
    /// The clocks of the gateway and of this machine differ by more than the tolerance.
    case clockDifference = "clock-difference"

    /// The database's file system has less free space than `storage.minimumFreeBytes`.
    case diskLow = "disk-low"

    /// Whether an operator may accept a status through an entry of this kind.
    ///
    /// Entries about the gateway, the clock or the disk name no payment, so there is no status to
    /// accept.
    package var isAboutFacts: Bool {
        switch self {
        case .gatewayUnreachable, .gatewayUnauthorized, .callbacksRefused, .noCallbacks,
            .clockDifference, .diskLow:
            false
        default: true
        }
    }

    /// Whether an entry closes automatically when a query or a callback establishes `status`.
    ///
    /// These kinds only wait for a confirmation. The others record a contradiction that no later
    /// report removes, such as a second payment: they stay open until an operator resolves them.
    /// `unresolved-payment` needs a final status, `own-payment-unknown` any status but 07.
    package func isClosed(by status: LatestTransactionStatus) -> Bool {
        switch self {
        case .externalIDConflict, .unknownTransaction, .staleCallback, .unconfirmedCallback,
            .lateSuccess, .unconfirmedRefund:
            true
        case .unresolvedPayment: !status.isOpen
        case .ownPaymentUnknown: status != .notFound
        case .invalidCallback, .amountMismatch, .referenceMismatch, .possibleSecondPayment,
            .paymentAfterRefund, .contradictsSuccess, .unexpectedRefund, .qrRefused,
            .gatewayUnreachable, .gatewayUnauthorized, .callbacksRefused, .noCallbacks,
            .clockDifference, .diskLow:
            false
        }
    }
}
