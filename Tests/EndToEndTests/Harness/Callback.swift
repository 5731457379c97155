import Crypto
import Foundation
import Glibc
import Snap
import Support

/// A callback of the gateway, to be varied before it is signed.
///
/// As made it is right in everything, about a payment of its own, and has the references in the
/// roles of the gateway's page: `originalReferenceNo` is the merchant's.
struct Callback: Sendable {
    let merchant: String
    let gateway: String
    var body = NotifyBody()

    /// Sent instead of ``body``.
    var literalBody: [UInt8]?
    var externalID = Unique.text("ext")
    var timestamp = JakartaNow.text()
    var partnerID = Workspace.clientID

    /// Signed as the path.
    var signedPath = "/v1.0/debit/notify"

    /// The form of the body that is signed, where it is not what is sent.
    var signedBody: [UInt8]?
    var key: RSAPrivateKey

    init(
        _ merchant: String = Unique.text("TRX"),
        _ gateway: String = Unique.text("PAY"),
        status: String = "00",
        amount: String = "10000.00",
        key: RSAPrivateKey? = nil
    ) throws {
        self.merchant = merchant
        self.gateway = gateway
        self.key = try key ?? TestKeys.shared().gateway
        body.originalReferenceNo = "\"\(merchant)\""
        body.originalPartnerReferenceNo = "\"\(gateway)\""
        body.latestTransactionStatus = "\"\(status)\""
        body.amount = "{\"value\":\"\(amount)\",\"currency\":\"IDR\"}"
    }

    /// The callback with one change.
    func with(_ change: (inout Callback) -> Void) -> Callback {
        var other = self
        change(&other)
        return other
    }

    /// The same callback about the same payment with another id and time, as a resent one.
    func renamed() -> Callback { with { $0.externalID = Unique.text("ext") } }

    /// Signs it and makes the request.
    func request() throws -> WireRequest {
        let bytes = literalBody ?? body.bytes
        let signer = CallbackSigner(key: key, path: signedPath, partnerID: partnerID)
        var callback = try signer.callback(
            body: bytes,
            externalID: externalID,
            timestamp: timestamp
        )
        callback.signature = try signer.signature(
            timestamp: timestamp,
            signedBody: signedBody ?? bytes
        )
        var request = WireRequest()
        for (name, value) in callback.headers { request.add(name, value) }
        request.body = callback.body
        return request
    }
}
