package import Crypto
package import HTTPClient

/// The settings of the simulated gateway and its one merchant.
package struct SimulatorSettings: Sendable {
    /// X-PARTNER-ID of requests and callbacks.
    package var clientID = "CID1234567890"
    /// `merchantId` of queries; another one finds no payment.
    package var merchantID = "MCH1234567890"

    /// CHANNEL-ID of callbacks.
    package var channelID = "95051"

    /// The prefix of `/api/v1.0/qr/…` in request targets.
    package var basePath = "/pg/fo"

    /// The prefix of `/api/v1.0/qr/…` in the path that the merchant signs.
    package var signaturePathPrefix = ""

    /// Scheme, host and port that callbacks are sent to.
    package var notifyOrigin: Origin
    /// The path that callbacks are sent to; may differ from the registered one, as if a proxy
    /// rewrote it.
    package var notifyPath: String

    /// The notify URL as registered, and its path; callbacks sign one of the two.
    package var registeredURL: String
    package var registeredPath: String

    /// Allowed difference between X-TIMESTAMP of a request and the clock.
    package var timestampToleranceSeconds = 300

    /// The pauses between attempts of a callback; there is one attempt more than pauses.
    package var retrySeconds: [Int] = []

    /// The seed of all random numbers; runs with the same seed and calls are the same.
    package var seed: UInt64 = 1

    /// Percentage of payments that the fault plan applies to, 0 to 100.
    package var faultPercent = 100

    /// The gateway's private key, which signs callbacks.
    package var gatewayKey: RSAPrivateKey

    /// The merchant's public key, which verifies requests.
    package var merchantKey: RSAPublicKey

    /// Makes settings with defaults; the registered URL is the one that callbacks are sent to.
    package init(
        notifyOrigin: Origin,
        notifyPath: String,
        gatewayKey: RSAPrivateKey,
        merchantKey: RSAPublicKey
    ) {
        self.notifyOrigin = notifyOrigin
        self.notifyPath = notifyPath
        registeredURL = notifyOrigin.description + notifyPath
        registeredPath = notifyPath
        self.gatewayKey = gatewayKey
        self.merchantKey = merchantKey
    }
}
