package import Payments

/// The limits of requests to the internal API.
///
/// The endpoints check them, and the OpenAPI document states them.
package enum APILimits {
    /// The maximum number of callbacks in one replay request.
    package static let replayedCallbacksMax = 1_000

    /// The maximum length of an operator's note in characters (Unicode scalars).
    package static let noteCharactersMax = 1_000

    /// The statuses that an operator may accept for a payment.
    package static let acceptableStatuses: [LatestTransactionStatus] = [
        .success, .refunded, .cancelled, .failed,
    ]

    /// The media type of `GET /metrics`: the text format of Prometheus.
    package static let metricsMediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// The maximum validity of a QR code in seconds: one year.
    package static let validitySecondsMax: Int64 = 31_536_000

    /// The header with which a client resumes an event stream (WHATWG HTML section 9.2.4).
    package static let lastEventID = "Last-Event-ID"

    /// The statuses that a transition can lead to: all but `created`, which is not in the feed.
    package static let transitionStatuses = TransactionStatus.allCases.filter { $0 != .created }
}
