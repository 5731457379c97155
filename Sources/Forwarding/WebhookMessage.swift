package import Crypto

/// One transition as a message of Standard Webhooks
/// (https://github.com/standard-webhooks/standard-webhooks).
///
/// Every attempt sends the same id and body, with the time and signature of the attempt.
package struct WebhookMessage: Sendable {
    /// `FEED.SEQUENCE`: unique, and the same in every attempt.
    package let id: String

    /// `{"type":"payment.STATUS","timestamp":"…","data":{…}}`
    package let body: [UInt8]

    /// Makes the message of a transition.
    ///
    /// - Parameters:
    ///   - feed: the id of the feed.
    ///   - sequence: the sequence number.
    ///   - status: the status word that the payment changed to.
    ///   - recordedAt: when, as RFC 3339.
    ///   - json: the transition as the API returns it, a JSON object.
    package init(
        feed: String,
        sequence: Int64,
        status: String,
        recordedAt: String,
        json: [UInt8]
    ) {
        id = "\(feed).\(sequence)"
        let start = "{\"type\":\"payment.\(status)\",\"timestamp\":\"\(recordedAt)\",\"data\":"
        body = Array(start.utf8) + json + [UInt8(ascii: "}")]
    }

    init(id: String, body: [UInt8]) {
        self.id = id
        self.body = body
    }

    /// The header fields of one attempt.
    ///
    /// The signature is the HMAC-SHA256 of `ID.TIME.BODY`, in base64 after `v1,`.
    ///
    /// - Parameter seconds: the time of the attempt, since the epoch.
    package func fields(
        at seconds: Int64,
        signedWith secret: WebhookSecret
    ) throws(CryptoError) -> [(name: String, value: String)] {
        let signed = Array("\(id).\(seconds).".utf8) + body
        let code = try HashFunction.sha256.authenticationCode(of: signed.span, key: secret.key.span)
        let signature = String(decoding: Base64.encode(code.span), as: UTF8.self)
        return [
            ("webhook-id", id), ("webhook-timestamp", "\(seconds)"),
            ("webhook-signature", "v1,\(signature)"),
        ]
    }
}
