import Payments

extension SearchResult {
    /// Explains callbacks with the same outcome.
    init(_ group: CallbackGroup, _ criteria: SearchCriteria) {
        let explanation = CallbackExplanation(group.callback)
        let time = SearchTime(criteria)
        let callback = group.callback
        var sentence = "Callback came at \(time.text(callback.receivedMilliseconds)) and "
        sentence += explanation.fate + "."
        if group.othersCount > 0 {
            let since = group.othersSince.map { " since \(time.text($0))" } ?? ""
            sentence += " \(group.othersCount) more\(since)."
        }
        self.init(
            kind: .callback,
            id: callback.id,
            partnerReferenceNo: callback.partnerReferenceNo,
            milliseconds: callback.receivedMilliseconds,
            amount: callback.amounts.first,
            sentence: sentence,
            action: explanation.action,
            count: group.othersCount + 1,
            score: group.score
                + (callback.outcome.needsAttention ? SearchResult.attentionScore : 0)
        )
    }

    /// Explains a gateway call about a payment that is not stored.
    init(_ call: SearchedCall, score: Int, _ criteria: SearchCriteria) {
        let name = call.service == 47 ? "generate" : "query"
        self.init(
            kind: .call,
            id: call.id,
            partnerReferenceNo: call.partnerReferenceNo,
            milliseconds: call.milliseconds,
            amount: call.amounts.first,
            sentence: "A \(name) call about \(call.partnerReferenceNo) ended at "
                + "\(SearchTime(criteria).text(call.milliseconds)): \(call.outcome). No such "
                + "payment is stored.",
            action: "Query the gateway again: `cashin-receiver query \(call.partnerReferenceNo)`.",
            count: 1,
            score: score
        )
    }
}

extension CallbackOutcome {
    /// Whether the callback has no effect yet although it may speak of money.
    fileprivate var needsAttention: Bool {
        switch self {
        case .applied, .duplicate, .replayed, .ignored: false
        case .awaitingQuery, .conflict, .invalid, .mismatch, .stale, .refused: true
        }
    }
}

/// What became of a callback, and what to do.
struct CallbackExplanation {
    private let callback: SearchedCallback

    init(_ callback: SearchedCallback) { self.callback = callback }

    /// Follows "Callback came at 14:05:11 and".
    var fate: String {
        switch callback.outcome {
        case .applied: "was applied"
        case .duplicate, .replayed: "was a redelivery"
        case .ignored: "changed nothing"
        case .awaitingQuery: "is unproven: a query to the gateway must confirm it"
        case .conflict: "was refused: its X-EXTERNAL-ID belongs to another callback of that day"
        case .invalid: "was refused: \(message)"
        case .mismatch: "was refused: its amount\(amount) is not that of the payment"
        case .stale: "is unproven: its X-TIMESTAMP was not within the tolerance"
        case .refused: "was refused: \(refusal)"
        }
    }

    var action: String {
        switch callback.outcome {
        case .applied, .duplicate, .replayed, .ignored: "Nothing."
        case .awaitingQuery, .conflict, .stale:
            callback.partnerReferenceNo.map { "Query now: `cashin-receiver query \($0)`." }
                ?? "Decide on its entry: `cashin-receiver attention`."
        case .invalid, .mismatch:
            "Compare it with the order, then decide on its entry: `cashin-receiver attention`."
        case .refused: refusalAction
        }
    }

    private var message: String { callback.problem ?? "it is not valid" }

    private var amount: String { callback.amounts.first.map { " \($0)" } ?? "" }

    /// The HTTP status of the response: the first three digits of its code.
    private var status: Substring { callback.code?.prefix(3) ?? "" }

    private var refusal: String {
        switch status {
        case "401": signature
        case "403": "address \(callback.client) is not in notify.allowedAddresses"
        case "404": "its path is not that of notify.publicURL"
        default: message
        }
    }

    private var signature: String {
        switch callback.signature {
        case .otherKey: "signature of another key"
        case .change(let text): "its signature does not verify: \(text)"
        case .otherContent: "signature of other bytes"
        case .unusable: "X-SIGNATURE is not a signature"
        case .noKeys: "no key of the gateway is configured"
        case .verifies: "its signature did not verify then, but does now"
        case nil: message
        }
    }

    private var replay: String { "`cashin-receiver replay \(callback.id)`" }

    private var refusalAction: String {
        switch (status, callback.signature) {
        case ("401", .otherKey), ("401", .noKeys):
            "If the gateway has another key, add it to cashIn.publicKeyFiles, reload, and "
                + "\(replay)."
        case ("401", .verifies): "Judge it again: \(replay)."
        case ("401", _):
            "GET /v1/callbacks/\(callback.id)/diagnosis says what would make it verify; then "
                + "\(replay)."
        case ("403", _):
            "If it is the gateway's address, add it to notify.allowedAddresses, reload, and "
                + "\(replay)."
        case ("404", _):
            "Register notify.publicURL with the gateway, or correct the path in the proxy; then "
                + "\(replay)."
        default: "`cashin-receiver callbacks --outcome refused` shows it."
        }
    }
}
