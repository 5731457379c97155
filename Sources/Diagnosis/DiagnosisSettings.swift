package import Crypto
package import HTTPCore
package import Snap

/// What a callback is held against: the part of a configuration that decides whether it verifies.
package struct DiagnosisSettings: Sendable {
    /// One public key and what it is called, such as its file.
    package struct Key: Sendable {
        package let name: String
        package let key: RSAPublicKey

        package init(name: String, key: RSAPublicKey) {
            self.name = name
            self.key = key
        }
    }

    /// What may stand for the path in the string to sign.
    package var signaturePaths: [String]

    /// The URL as registered with the gateway.
    package var publicURL: HTTPURL

    /// The forms of the body that a signature may cover.
    package var bodyForms: [BodyForm]

    /// The gateway's keys: those that a callback can verify with.
    package var keys: [Key]

    /// The merchant's own, which signs requests to the gateway and never a callback.
    package var merchantKey: Key?

    /// Further keys that somebody thinks may be the gateway's.
    package var otherKeys: [Key]

    /// What X-PARTNER-ID has to be.
    package var clientID: String

    /// How far X-TIMESTAMP may be from the clock; 0 = no check.
    package var timestampToleranceSeconds: Int

    package init(
        signaturePaths: [String],
        publicURL: HTTPURL,
        bodyForms: [BodyForm] = BodyForm.allCases,
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
