import Crypto
package import Diagnosis

extension DiagnosisSettings {
    /// What callbacks are held against under a configuration.
    ///
    /// - Parameter otherKeys: further keys that may be the gateway's.
    package init(_ loaded: LoadedConfiguration, otherKeys: [Key] = []) {
        let configuration = loaded.configuration
        self.init(
            signaturePaths: configuration.notify.signaturePaths,
            publicURL: configuration.notify.publicURL,
            bodyForms: configuration.notify.signatureBodies,
            keys: loaded.keys.publicKeys.map { Key(name: $0.file, key: $0.key) },
            merchantKey: loaded.keys.privateKey.map {
                Key(name: configuration.cashIn.privateKeyFile ?? "", key: $0.publicKey)
            },
            otherKeys: otherKeys,
            clientID: configuration.cashIn.clientID,
            timestampToleranceSeconds: configuration.notify.timestampToleranceSeconds
        )
    }
}
