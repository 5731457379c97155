import Payments
import Snap
import Text

/// One attempt to deliver a callback, with its result.
struct CallbackAttempt: Sendable {
    let externalID: String
    let timestamp: String
    /// The string that was signed, for comparison with a diagnosis.
    let stringToSign: String

    /// HTTP status and `responseCode` of the response; nil without one.
    var status: Int?
    var responseCode: String?

    /// Why there is no response; nil if there is one.
    var error: String?

    /// Whether the merchant has confirmed the callback: 2xx with 2005600.
    ///
    /// Everything else is sent again (article Gateway).
    var isConfirmed: Bool {
        guard let status, (200...299).contains(status) else { return false }
        return responseCode == ResponseCode(.successful, .notify).description
    }

    /// The attempt as a member of `attempts`.
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

/// One callback with all attempts to deliver it.
struct SentCallback: Sendable {
    let status: LatestTransactionStatus
    let amount: Amount
    var attempts: [CallbackAttempt] = []

    /// The callback as a member of `callbacks` in the control API.
    var text: JSONObjectText {
        var text = JSONObjectText()
        text.add("latestTransactionStatus", status.code)
        text.add("amount", JSONObjectText(amount))
        text.add("confirmed", literal: attempts.contains(where: \.isConfirmed) ? "true" : "false")
        text.add("attempts", attempts.map(\.text))
        return text
    }
}
