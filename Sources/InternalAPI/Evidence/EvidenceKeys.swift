import Configuration
import Crypto

/// The public keys of the current configuration, with which evidence is verified.
struct EvidenceKeys: Sendable {
    /// The gateway's keys.
    let gateway: [RSAPublicKey]

    /// The merchant's key; nil without a private key.
    let merchant: RSAPublicKey?

    init(gateway: [RSAPublicKey], merchant: RSAPublicKey?) {
        self.gateway = gateway
        self.merchant = merchant
    }

    init(_ loaded: LoadedConfiguration) {
        self.init(
            gateway: loaded.keys.publicKeys.map(\.key),
            merchant: loaded.keys.privateKey?.publicKey
        )
    }
}
