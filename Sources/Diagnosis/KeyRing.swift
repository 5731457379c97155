import Crypto

/// A key that was tried, and what it made of the signature.
package struct KeyReport: Equatable, Sendable {
    /// Whose key it is.
    package enum Use: String, CaseIterable, Sendable {
        /// One that callbacks verify with.
        case gateway
        /// The merchant's own.
        case merchant
        /// One that was named for the diagnosis only.
        case other
    }

    /// What came of it.
    package enum Result: String, CaseIterable, Sendable {
        /// The signature was made with it.
        case opens
        /// The signature was made with another key, or is none.
        case doesNotOpen
        /// A signature by this key has another length.
        case otherLength
        /// There is no signature to try it on.
        case notTried
    }

    package let name: String
    package let use: Use
    package let fingerprint: String
    package let bits: Int
    package let result: Result

    /// Whether a key of the gateway's is the merchant's own: a file in the wrong place.
    package let isMerchantKey: Bool
}

/// All keys of a diagnosis.
struct KeyRing {
    fileprivate struct Entry {
        let named: DiagnosisSettings.Key
        let use: KeyReport.Use
    }

    private let entries: [Entry]

    /// The costly part of a diagnosis is an RSA operation for each key and reading.
    static let keysMax = 64

    init(_ settings: DiagnosisSettings) {
        var entries = settings.keys.map { Entry(named: $0, use: .gateway) }
        if let merchant = settings.merchantKey {
            entries.append(Entry(named: merchant, use: .merchant))
        }
        entries += settings.otherKeys.map { Entry(named: $0, use: .other) }
        self.entries = Array(entries.prefix(Self.keysMax))
    }

    /// Every signature that a reading and a key make, those with the fewest changes first.
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
        // Sorting keeps no order among equals; the first of them is as good as any.
        return openings.sorted { $0.changes.count < $1.changes.count }
    }

    /// What came of each key.
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

    private func isMerchants(_ key: RSAPublicKey) -> Bool {
        entries.contains { $0.use == .merchant && $0.named.key == key }
    }
}

extension KeyRing.Entry {
    /// What is wrong with a signature by this key.
    fileprivate var faults: [Change] {
        switch use {
        case .gateway: []
        case .merchant:
            [
                Change(
                    name: .merchantKey,
                    detail: "the signature is made with the merchant's own key (\(named.name))"
                )
            ]
        case .other:
            [
                Change(
                    name: .otherKey,
                    detail:
                        "the signature is made with a key that is not configured (\(named.name))"
                )
            ]
        }
    }
}
