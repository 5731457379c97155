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

/// Now, as the gateway writes times.
enum JakartaNow {
    static func text(offsetSeconds: Int = 0) -> String {
        text(seconds: Int(milliseconds() / 1_000) + offsetSeconds, end: "+07:00")
    }

    /// The next millisecond, which has begun when this returns: everything that has been received
    /// so far was received before it.
    static func nextMillisecond() -> String {
        let next = milliseconds() + 1
        while milliseconds() < next {}
        let fraction = String(1_000 + next % 1_000).dropFirst()
        return text(seconds: Int(next / 1_000), end: ".\(fraction)+07:00")
    }

    private static func milliseconds() -> Int64 {
        // Not time(2), whose coarse clock is up to a tick behind the one that the product reads.
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    }

    private static func text(seconds: Int, end: String) -> String {
        var seconds = seconds + 7 * 3600
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
        return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            + end
    }
}
