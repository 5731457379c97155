package import Crypto
package import HTTPClient

/// Who we are to the gateway, and where it is.
package struct CashInSettings: Sendable {
    /// Scheme, host and port of `baseURL`.
    package let origin: Origin

    /// The path of `baseURL`: it stands in what is requested, not in what is signed.
    package let basePath: String

    /// What stands before `/api/v1.0/qr/…` in what is signed.
    package let signaturePathPrefix: String

    /// X-PARTNER-ID.
    package let clientID: String

    /// `merchantId` of a query.
    package let merchantID: String

    /// CHANNEL-ID.
    package let channelID: String

    /// The merchant's key, which signs.
    package let privateKey: RSAPrivateKey

    /// Settings whose texts have been checked to be visible ASCII; a slash that ends `basePath`
    /// is dropped.
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
