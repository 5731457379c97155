package import Crypto
package import HTTPClient
import Snap
import Text

/// The merchant's identity towards the gateway, and the gateway's address.
package struct CashInSettings: Sendable {
    /// Scheme, host and port of `baseURL`.
    package let origin: Origin

    /// The path of `baseURL`; part of the request target, not of the signed path.
    package let basePath: String

    /// The prefix of `/api/v1.0/qr/…` in the signed path.
    package let signaturePathPrefix: String

    /// X-PARTNER-ID.
    package let clientID: String

    /// `merchantId` of a query.
    package let merchantID: String

    /// CHANNEL-ID.
    package let channelID: String

    /// User-Agent, as in `name/1.0`; firewalls block requests without one.
    package let userAgent: String

    /// The merchant's private key, which signs the requests.
    package let privateKey: RSAPrivateKey

    /// Makes settings from texts that the caller has checked to be visible ASCII.
    ///
    /// A trailing slash of `basePath` is dropped.
    package init(
        origin: Origin,
        basePath: String,
        signaturePathPrefix: String,
        clientID: String,
        merchantID: String,
        channelID: String,
        userAgent: String,
        privateKey: RSAPrivateKey
    ) {
        self.origin = origin
        self.basePath = basePath.hasSuffix("/") ? String(basePath.dropLast()) : basePath
        self.signaturePathPrefix = signaturePathPrefix
        self.clientID = clientID
        self.merchantID = merchantID
        self.channelID = channelID
        self.userAgent = userAgent
        self.privateKey = privateKey
    }
}

/// A service of the gateway.
enum Endpoint {
    case generate, query

    var service: ResponseCode.Service { self == .generate ? .generate : .query }

    /// The "Relative path url for signature" of the gateway's documentation.
    var path: String {
        self == .generate ? "/api/v1.0/qr/qr-mpm-generate" : "/api/v1.0/qr/qr-mpm-query"
    }
}

/// A request with its header fields, signed over exactly the bytes that are sent.
struct SignedRequest {
    private(set) var request: OutboundRequest
    let externalID: String

    /// The path in the string to sign.
    let signedPath: String
    let signature: String

    /// - Parameter timestamp: X-TIMESTAMP, of `milliseconds` since 1970.
    init(
        _ endpoint: Endpoint,
        body: [UInt8],
        _ settings: CashInSettings,
        needsFreshConnection: Bool,
        timestamp: String,
        milliseconds: Int64
    ) throws(CryptoError) {
        externalID = try ExternalID.unique(milliseconds: milliseconds).text
        signedPath = settings.signaturePathPrefix + endpoint.path
        let text = StringToSign.bytes(
            path: signedPath,
            body: body.span,
            timestamp: timestamp,
            hasher: try SHA256()
        )
        let signed = try settings.privateKey.sign(text.span)
        signature = String(decoding: Base64.encode(signed.span), as: UTF8.self)
        request = OutboundRequest(
            method: "POST",
            target: settings.basePath + endpoint.path,
            fields: [
                (name: "X-TIMESTAMP", value: timestamp),
                (name: "X-PARTNER-ID", value: settings.clientID),
                (name: "X-EXTERNAL-ID", value: externalID),
                (name: "X-SIGNATURE", value: signature),
                (name: "CHANNEL-ID", value: settings.channelID),
                (name: "Content-Type", value: "application/json"),
                (name: "Accept", value: "application/json"),
                (name: "User-Agent", value: settings.userAgent),
            ],
            body: body,
            // A second delivery of a generate could create a second payment, and an X-EXTERNAL-ID
            // may be used once only.
            isRepeatable: false
        )
        request.needsFreshConnection = needsFreshConnection
    }
}

extension ExternalID {
    /// A new id for an outbound request: 32 decimal digits, as the gateway's documentation
    /// requires.
    ///
    /// 13 digits are the time in milliseconds, which differs between runs. 19 digits are random,
    /// which distinguishes requests of the same millisecond, also after the clock was set back.
    static func unique(milliseconds: Int64) throws(CryptoError) -> ExternalID {
        var random: UInt64
        repeat {
            random = try randomBytes(count: 8).reduce(0) { $0 << 8 | UInt64($1) }
        } while random >= randomEnd
        let time = UInt64(clamping: milliseconds) % timeEnd
        let digits = padded(time, count: 13) + padded(random, count: 19)
        guard let id = ExternalID(digits.utf8.span) else {
            preconditionFailure("32 digits are an id")
        }
        return id
    }

    /// One more than the largest number of 19 digits.
    private static let randomEnd: UInt64 = 10_000_000_000_000_000_000

    /// One more than the largest number of 13 digits; as a time in milliseconds, in the year 2286.
    private static let timeEnd: UInt64 = 10_000_000_000_000

    private static func padded(_ number: UInt64, count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(count - digits.utf8.count, 0)) + digits
    }
}
