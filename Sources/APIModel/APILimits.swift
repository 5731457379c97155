package import Payments

/// What requests of the internal API may hold: checked by the endpoints, told by the document.
package enum APILimits {
    /// Callbacks that one request to replay may name or select.
    package static let replayedCallbacksMax = 1_000

    /// Characters (Unicode scalars) of an operator's note.
    package static let noteCharactersMax = 1_000

    /// The statuses that an operator may give to a payment.
    package static let acceptableStatuses: [LatestTransactionStatus] = [
        .success, .refunded, .cancelled, .failed,
    ]

    /// The media type of `GET /metrics`: the text format of Prometheus.
    package static let metricsMediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// How long a code may be payable, in seconds: a year.
    package static let validitySecondsMax: Int64 = 31_536_000

    /// The header by which an event stream is continued (WHATWG HTML section 9.2.4).
    package static let lastEventID = "Last-Event-ID"

    /// The statuses that a transition may lead to.
    package static let transitionStatuses = TransactionStatus.allCases.filter { $0 != .created }
}
