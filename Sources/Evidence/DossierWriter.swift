import APIModel
import Crypto
import Ledger
import Snap
import Store
import Text

/// Writes a dossier, and verifies the signatures in it.
///
/// Each signature that verifies with a current key gets shell commands that verify it without the
/// receiver.
struct DossierWriter {
    private let keys: EvidenceKeys
    private let hasher: SHA256

    /// The PEM of each key used so far, by fingerprint.
    private var pems: [String: String] = [:]

    init(_ keys: EvidenceKeys) throws(CryptoError) {
        self.keys = keys
        hasher = try SHA256()
    }

    /// Writes the dossier.
    ///
    /// - Parameter truncated: the names of the lists that were cut off.
    mutating func dossier(
        transaction: TransactionRecord,
        attention: some Sequence<AttentionRecord>,
        callbacks: [CallbackRecord],
        exchanges: [StoredGatewayCall],
        truncated: [String],
        nowMilliseconds now: Int64
    ) throws(CryptoError) -> DossierRepresentation {
        var shownCallbacks: [DossierCallback] = []
        for callback in callbacks { shownCallbacks.append(try shown(callback)) }
        var shownExchanges: [ExchangeRepresentation] = []
        for exchange in exchanges { shownExchanges.append(try shown(exchange)) }
        return DossierRepresentation(
            madeAt: JakartaTime.textWithFraction(milliseconds: now),
            transaction: TransactionRepresentation(transaction, nowMilliseconds: now),
            attention: attention.map { AttentionRepresentation($0) },
            callbacks: shownCallbacks,
            exchanges: shownExchanges,
            keys: try shownKeys(of: callbacks),
            truncated: truncated
        )
    }

    private mutating func shown(_ record: CallbackRecord) throws(CryptoError) -> DossierCallback {
        let message = SignedMessage(record, hasher: hasher)
        let key = keys.gateway.first { $0.fingerprint == record.verification?.keyFingerprint }
        return DossierCallback(
            callback: CallbackRepresentation(record),
            requestHead: record.erased == nil ? record.head : nil,
            timestamp: record.timestamp,
            signature: message?.signature,
            stringToSign: message?.text,
            verification: try verification(of: message, key, name: "callback-\(record.id)")
        )
    }

    private mutating func shown(
        _ stored: StoredGatewayCall
    ) throws(CryptoError) -> ExchangeRepresentation {
        let message = SignedMessage(stored, hasher: hasher)
        return ExchangeRepresentation(
            stored: stored,
            stringToSign: message?.text,
            signature: message?.signature,
            verification: try verification(
                of: message,
                keys.merchant,
                name: "exchange-\(stored.id)"
            )
        )
    }

    /// The commands that verify a message; nil if it does not verify with a current key.
    private mutating func verification(
        of message: SignedMessage?,
        _ key: RSAPublicKey?,
        name: String
    ) throws(CryptoError) -> DossierVerification? {
        guard let message, let key, try message.verifies(with: key, hasher: hasher) else {
            return nil
        }
        guard let lines = message.shellLines(name: name, pem: try pem(key)) else { return nil }
        return DossierVerification(keyFingerprint: key.fingerprint, lines: lines)
    }

    /// The merchant's key, and the keys of the gateway that verified one of the callbacks.
    private mutating func shownKeys(
        of callbacks: [CallbackRecord]
    ) throws(CryptoError) -> [DossierKey] {
        let used = Set(callbacks.compactMap { $0.verification?.keyFingerprint })
        var shown: [DossierKey] = []
        for key in keys.gateway where used.contains(key.fingerprint) {
            shown.append(
                DossierKey(use: "gateway", fingerprint: key.fingerprint, pem: try pem(key))
            )
        }
        if let key = keys.merchant {
            let pem = try pem(key)
            shown.append(DossierKey(use: "merchant", fingerprint: key.fingerprint, pem: pem))
        }
        return shown
    }

    private mutating func pem(_ key: RSAPublicKey) throws(CryptoError) -> String {
        if let pem = pems[key.fingerprint] { return pem }
        let pem = try key.pem()
        pems[key.fingerprint] = pem
        return pem
    }
}
