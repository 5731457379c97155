package import Crypto
package import HTTPClient

/// What the simulated gateway is told about itself and its one merchant.
package struct SimulatorSettings: Sendable {
    /// X-PARTNER-ID of both directions.
    package var clientID = "CID1234567890"
    package var merchantID = "MCH1234567890"

    /// CHANNEL-ID of callbacks.
    package var channelID = "95051"

    /// Stands before `/api/v1.0/qr/…` in what is requested.
    package var basePath = "/pg/fo"

    /// Stands before `/api/v1.0/qr/…` in what the merchant signs.
    package var signaturePathPrefix = ""

    /// Where callbacks are sent.
    package var notifyOrigin: Origin
    package var notifyPath: String

    /// The notify URL as registered: callbacks sign it whole, or its path.
    package var registeredURL: String
    package var registeredPath: String

    /// How far X-TIMESTAMP may be from our clock.
    package var timestampToleranceSeconds = 300

    /// The pauses between attempts of a callback; no more attempts than pauses, and one.
    package var retrySeconds: [Int] = []

    /// What makes two runs alike.
    package var seed: UInt64 = 1

    /// In how many of a hundred payments the faults show.
    package var faultPercent = 100

    /// Signs callbacks.
    package var gatewayKey: RSAPrivateKey

    /// Verifies requests.
    package var merchantKey: RSAPublicKey

    /// Settings with the defaults; the registered URL is where callbacks are sent.
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
