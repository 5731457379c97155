package import Configuration
package import Payments
import Snap
package import Text

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

    /// The allowed numbers of results of `GET /v1/find`.
    package static let foundRange: ClosedRange<Int64> = 1...100

    /// The allowed values of `withinSeconds`.
    package static let findSecondsRange: ClosedRange<Int64> = 1...86_400
    package static let findSecondsDefault: Int64 = 1_800

    /// The allowed lengths of `text` in bytes; a shorter one would be found everywhere.
    package static let findTextRange = 3...256

    /// The maximum of payments that one comparison queries the gateway about.
    package static let comparisonQueriesMax = 50

    /// After this time, a comparison sends no further query.
    package static let comparisonQueriesSeconds = 45

    /// The media type of `GET /v1/transactions/{partnerReferenceNo}/qr.svg`.
    package static let pictureMediaType = "image/svg+xml"

    /// The maximum validity of a QR code in seconds: one year.
    package static let validitySecondsMax: Int64 = 31_536_000

    /// The header with which a client resumes an event stream (WHATWG HTML section 9.2.4).
    package static let lastEventID = "Last-Event-ID"

    /// The statuses that a transition can lead to: all but `created`, which is not in the feed.
    package static let transitionStatuses = TransactionStatus.allCases.filter { $0 != .created }
}

/// The syntax of consumer names, and the right of a token to change a consumer.
package enum ConsumerName {
    package static let expected =
        "1 to 64 letters, digits, \".\", \"_\" or \"-\", the first a letter or digit"

    /// The same as a regular expression.
    package static let pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"

    package static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetterOrDigit(first), name.utf8.count <= 64 else {
            return false
        }
        return name.utf8.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// Whether a token may move or remove the consumer.
    ///
    /// A token may do so for the consumer with its own name and for those whose names begin with
    /// its name and a dot; a token with the scope `admin` for all.
    package static func isOf(_ token: Token, _ name: String) -> Bool {
        token.allows(.admin) || name == token.name || name.hasPrefix(token.name + ".")
    }
}

extension Problem {
    /// The problem of an unknown consumer.
    package static func noConsumer(_ name: String, field: String) -> Problem {
        Problem(.consumerNotFound, "No consumer has the name \(name).", field: field)
    }
}

/// The reason why an amount in a merchant's request is refused although it is a number.
package enum RupiahLiteralProblem: Equatable {
    /// The point may be a decimal point, or separate thousands as in Indonesia.
    case ambiguous(literal: Amount, thousands: Amount)

    /// The number has more than two decimals.
    case decimals

    /// Checks the literal of a string or number; nil if it has none of these problems.
    package init?(_ literal: String) {
        if case .ambiguous(let amount, let thousands)? = ReportedAmount(text: literal.utf8.span) {
            self = .ambiguous(literal: amount, thousands: thousands)
        } else if Self.decimalsCount(of: literal) > 2 {
            self = .decimals
        } else {
            return nil
        }
    }

    /// The number of decimals of a literal that consists of digits and a fraction; else 0.
    ///
    /// A number with an exponent is left out: the decimals of its literal are not those of its
    /// value.
    private static func decimalsCount(of literal: String) -> Int {
        let point = UInt8(ascii: ".")
        let parts = literal.utf8.split(separator: point, omittingEmptySubsequences: false)
        let isDigit = { (byte: UInt8) in byte &- UInt8(ascii: "0") < 10 }
        guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy(isDigit) }) else { return 0 }
        return parts[1].count
    }
}

extension RupiahLiteralProblem: CustomStringConvertible {
    /// What is wrong and what to write instead; follows the name of the member and a colon.
    package var description: String {
        switch self {
        case .ambiguous(let literal, let thousands):
            let whole = thousands.sen / 100
            return "\(literal)0 may mean \(whole) in Indonesia, where a point separates "
                + "thousands; write \(whole) or \(thousands) (or \(literal))"
        case .decimals: return "expected no more than two decimals, as in 10000.00"
        }
    }
}

extension JakartaTime {
    package static let forms = "a Jakarta day such as 2026-11-22 or an RFC 3339 time"

    /// Parses a Jakarta day, which stands for its start, or an RFC 3339 time.
    ///
    /// - Returns: milliseconds since the epoch; nil if the text is neither.
    package static func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        return startOfDay(bytes.span) ?? Timestamp(rfc3339: bytes.span)?.milliseconds
    }
}
