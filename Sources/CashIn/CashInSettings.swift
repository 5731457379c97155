package import Crypto
package import HTTPClient

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
        privateKey: RSAPrivateKey
    ) {
        self.origin = origin
        self.basePath = basePath.hasSuffix("/") ? String(basePath.dropLast()) : basePath
        self.signaturePathPrefix = signaturePathPrefix
        self.clientID = clientID
        self.merchantID = merchantID
        self.channelID = channelID
        self.privateKey = privateKey
    }
}
