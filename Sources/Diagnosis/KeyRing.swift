import Crypto

/// A key that was tried, and the result.
package struct KeyReport: Equatable, Sendable {
    /// The owner of the key.
    package enum Use: String, CaseIterable, Sendable {
        /// A configured key of the gateway, with which callbacks verify.
        case gateway
        /// The merchant's own key.
        case merchant
        /// A key given for the diagnosis only.
        case other
    }

    /// The result of trying the key.
    package enum Result: String, CaseIterable, Sendable {
        /// The signature was made with it.
        case opens
        /// The signature was made with another key, or is not a signature.
        case doesNotOpen
        /// Signatures by this key have another length.
        case otherLength
        /// There is no readable signature.
        case notTried
    }

    package let name: String
    package let use: Use
    /// Lowercase hexadecimal SHA-256 of the SPKI.
    package let fingerprint: String
    /// Length of the modulus.
    package let bits: Int
    package let result: Result

    /// Whether a key configured as the gateway's is the merchant's own, which is a configuration
    /// error.
    package let isMerchantKey: Bool
}

/// All keys of a diagnosis, in the order gateway, merchant, other.
struct KeyRing {
    fileprivate struct Entry {
        let named: DiagnosisSettings.Key
        let use: KeyReport.Use
    }

    private let entries: [Entry]

    /// Maximum number of keys; further ones are ignored.
    ///
    /// The RSA operation for each key and reading is the most expensive part of a diagnosis.
    static let keysMax = 64

    init(_ settings: DiagnosisSettings) {
        var entries = settings.keys.map { Entry(named: $0, use: .gateway) }
        if let merchant = settings.merchantKey {
            entries.append(Entry(named: merchant, use: .merchant))
        }
        entries += settings.otherKeys.map { Entry(named: $0, use: .other) }
        self.entries = Array(entries.prefix(Self.keysMax))
    }

    /// All signatures that a key opens, those with the fewest changes first.
    func openings(_ readings: [SignatureReading]) throws(CryptoError) -> [OpenedSignature] {
        var openings: [OpenedSignature] = []
        for reading in readings {
            for entry in entries {
                let key = entry.named.key
                guard let content = try key.content(of: reading.bytes.span),
                    content != .unreadable
                else { continue }
                let changes = reading.changes + content.faults + entry.faults
                openings.append(OpenedSignature(key: key, content: content, changes: changes))
            }
        }
        // The sort is not stable; the order among equals does not matter.
        return openings.sorted { $0.changes.count < $1.changes.count }
    }

    /// The report of each key.
    func reports(_ readings: [SignatureReading], opened: OpenedSignature?) -> [KeyReport] {
        entries.map { entry in
            let key = entry.named.key
            let result: KeyReport.Result =
                if opened?.key == key {
                    .opens
                } else if readings.isEmpty {
                    .notTried
                } else if readings.contains(where: { $0.bytes.count == key.modulusBytes }) {
                    .doesNotOpen
                } else {
                    .otherLength
                }
            return KeyReport(
                name: entry.named.name,
                use: entry.use,
                fingerprint: key.fingerprint,
                bits: key.bits,
                result: result,
                isMerchantKey: entry.use != .merchant && isMerchants(key)
            )
        }
    }

    /// Whether `key` is the merchant's key.
    private func isMerchants(_ key: RSAPublicKey) -> Bool {
        entries.contains { $0.use == .merchant && $0.named.key == key }
    }
}

extension KeyRing.Entry {
    /// The faults of a signature by this key, whatever it covers.
    fileprivate var faults: [SignatureDifference] {
        switch use {
        case .gateway: []
        case .merchant:
            [
                SignatureDifference(
                    name: .merchantKey,
                    detail: "the signature is made with the merchant's own key (\(named.name))"
                )
            ]
        case .other:
            [
                SignatureDifference(
                    name: .otherKey,
                    detail:
                        "the signature is made with a key that is not configured (\(named.name))"
                )
            ]
        }
    }
}
