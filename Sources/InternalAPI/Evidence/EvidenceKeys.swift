import Configuration
import Crypto

/// The public keys that evidence is verified with: those of today's configuration.
struct EvidenceKeys: Sendable {
    /// The gateway's.
    let gateway: [RSAPublicKey]

    /// The merchant's own; nil when nothing is signed here.
    let merchant: RSAPublicKey?

    package init(gateway: [RSAPublicKey], merchant: RSAPublicKey?) {
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
