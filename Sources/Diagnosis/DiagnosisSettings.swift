package import Crypto
package import HTTPCore
package import Snap

/// The part of the configuration that decides whether a callback verifies.
package struct DiagnosisSettings: Sendable {
    /// One public key with a name for reports, such as its file.
    package struct Key: Sendable {
        package let name: String
        package let key: RSAPublicKey

        package init(name: String, key: RSAPublicKey) {
            self.name = name
            self.key = key
        }
    }

    /// The accepted paths in the string to sign (`notify.signaturePaths`), in order.
    package var signaturePaths: [String]

    /// The URL as registered with the gateway (`notify.publicURL`).
    package var publicURL: HTTPURL

    /// The accepted forms of the signed body (`notify.signatureBodies`).
    package var bodyForms: [BodyForm]

    /// The gateway's keys, with which callbacks verify (`cashIn.publicKeyFiles`).
    package var keys: [Key]

    /// The merchant's own public key; its private key signs requests to the gateway, never
    /// callbacks.
    package var merchantKey: Key?

    /// Further keys that may be the gateway's, given for the diagnosis only (`--key`).
    package var otherKeys: [Key]

    /// The expected X-PARTNER-ID (`cashIn.clientId`).
    package var clientID: String

    /// The allowed difference between X-TIMESTAMP and the time of receipt; 0 = no check.
    package var timestampToleranceSeconds: Int

    package init(
        signaturePaths: [String],
        publicURL: HTTPURL,
        bodyForms: [BodyForm] = BodyForm.standard,
        keys: [Key],
        merchantKey: Key? = nil,
        otherKeys: [Key] = [],
        clientID: String,
        timestampToleranceSeconds: Int = 300
    ) {
        self.signaturePaths = signaturePaths
        self.publicURL = publicURL
        self.bodyForms = bodyForms
        self.keys = keys
        self.merchantKey = merchantKey
        self.otherKeys = otherKeys
        self.clientID = clientID
        self.timestampToleranceSeconds = timestampToleranceSeconds
    }
}
