/// The number of a callback in the journal: a greater one was received later.
package typealias CallbackID = Int64

/// The effect of a callback, as `GET /v1/callbacks` shows it (article Checks).
package enum CallbackOutcome: UInt8, CaseIterable, Sendable {
    /// It caused a transition.
    case applied = 0
    /// The same fact under the same X-EXTERNAL-ID in other bytes.
    case duplicate = 1
    /// Its fact already stands.
    case replayed = 2
    /// The status table gives it no effect.
    case ignored = 3
    /// It waits for a query to confirm it.
    case awaitingQuery = 4
    /// Its X-EXTERNAL-ID belongs to another fact of the same day.
    case conflict = 5
    /// Its headers or body could not be read.
    case invalid = 6
    /// Its amount is not the expected one.
    case mismatch = 7
    /// Its X-TIMESTAMP was outside the tolerance.
    case stale = 8
    /// Its signature does not verify, or its X-PARTNER-ID names another merchant.
    case refused = 9

    /// The word used in the API.
    package var word: String {
        switch self {
        case .applied: "applied"
        case .duplicate: "duplicate"
        case .replayed: "replayed"
        case .ignored: "ignored"
        case .awaitingQuery: "awaitingQuery"
        case .conflict: "conflict"
        case .invalid: "invalid"
        case .mismatch: "mismatch"
        case .stale: "stale"
        case .refused: "refused"
        }
    }

    /// The outcome of the given word, or nil when there is none.
    package init?(word: some StringProtocol) {
        guard let outcome = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = outcome
    }
}

/// The kind of response that a callback gets.
///
/// The ledger decides the kind; the notify handler derives code and message (article Checks).
package enum CallbackResponse: UInt8, CaseIterable, Sendable {
    /// 2005600.
    case successful = 0
    /// 4015600: outside the timestamp tolerance, or not addressed to this merchant.
    case unauthorized = 1
    /// 4095600: the X-EXTERNAL-ID belongs to another fact.
    case conflict = 2
    /// 4045601: no such transaction.
    case transactionNotFound = 3
    /// 4045613: another amount than expected.
    case invalidAmount = 4
    /// A header or member is missing or malformed; the defect of the callback's content has the
    /// code: 4005600, 4005601, 4005602 or 4155600.
    case invalid = 5
}
