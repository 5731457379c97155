import Payments
import Snap
import Text

/// One attempt to deliver a callback, and what came of it.
struct CallbackAttempt: Sendable {
    let externalID: String
    let timestamp: String
    let stringToSign: String

    /// HTTP status and `responseCode` of the answer; nil where there was none.
    var status: Int?
    var responseCode: String?

    /// Why there was no answer; nil when there was one.
    var error: String?

    /// Whether the merchant has confirmed: anything else is sent again (gateway.md section 2).
    var isConfirmed: Bool {
        guard let status, (200...299).contains(status) else { return false }
        return responseCode == ResponseCode(.successful, .notify).description
    }

    fileprivate var text: JSONObjectText {
        var text = JSONObjectText()
        text.add("externalId", externalID)
        text.add("timestamp", timestamp)
        text.add("stringToSign", stringToSign)
        if let status { text.add("status", literal: "\(status)") }
        text.add("responseCode", responseCode)
        text.add("error", error)
        return text
    }
}

/// One callback that was due, with every attempt to deliver it.
struct SentCallback: Sendable {
    let status: LatestTransactionStatus
    let amount: Amount
    var attempts: [CallbackAttempt] = []

    var text: JSONObjectText {
        var text = JSONObjectText()
        text.add("latestTransactionStatus", status.code)
        text.add("amount", JSONObjectText(amount))
        text.add("confirmed", literal: attempts.contains(where: \.isConfirmed) ? "true" : "false")
        text.add("attempts", attempts.map(\.text))
        return text
    }
}
