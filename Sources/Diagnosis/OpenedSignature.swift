import Crypto

/// A signature that one of the keys opens, with its content and faults.
struct OpenedSignature {
    let key: RSAPublicKey
    let content: SignatureContent

    /// The faults of the signature's encoding, scheme and key, whatever it covers.
    let changes: [SignatureDifference]

    /// Whether the padding alone proves that the signature was made with the key.
    var isCertain: Bool {
        // Eight zero bytes and the byte after them match by chance once in more than 10^21 times.
        if case .probabilistic(let block) = content { block.zeroBytes >= 8 } else { true }
    }

    /// The signature scheme: `RSASSA-PKCS1-v1_5` or `RSASSA-PSS`.
    var scheme: String {
        if case .probabilistic = content { "RSASSA-PSS" } else { "RSASSA-PKCS1-v1_5" }
    }

    /// The hash function that the signature names or implies; nil if there is none.
    var hashFunction: HashFunction? {
        switch content {
        case .digest(let function, _): function
        case .bareDigest, .probabilistic: .sha256
        case .padded, .unreadable: nil
        }
    }

    /// The signed digest; nil if the signature does not contain it (PSS), or contains no digest.
    var digest: [UInt8]? {
        switch content {
        case .digest(_, let digest), .bareDigest(let digest): digest
        case .probabilistic, .padded, .unreadable: nil
        }
    }

    /// Whether the signature covers exactly this string.
    func covers(_ text: [UInt8], hasher: SHA256) throws(CryptoError) -> Bool {
        switch content {
        case .digest(.sha256, let digest), .bareDigest(let digest):
            hasher.digest(of: text.span) == Digest(digest.span)
        case .digest(let function, let digest): try function.digest(of: text.span) == digest
        case .probabilistic(let block):
            block.covers(hasher.digest(of: text.span), hasher: hasher)
        case .padded, .unreadable: false
        }
    }
}

extension SignatureContent {
    /// The deviations from RSASSA-PKCS1-v1_5 with SHA-256.
    var faults: [SignatureDifference] {
        switch self {
        case .digest(.sha256, _), .padded, .unreadable: []
        case .digest(let function, _):
            [
                SignatureDifference(
                    name: .signatureHash,
                    detail: "the signature is made with \(function.rawValue), not with SHA-256"
                )
            ]
        case .bareDigest:
            [
                SignatureDifference(
                    name: .signatureScheme,
                    detail: "the digest is signed without the name of its hash function"
                )
            ]
        case .probabilistic:
            [
                SignatureDifference(
                    name: .signatureScheme,
                    detail: "the signature is RSASSA-PSS, not RSASSA-PKCS1-v1_5"
                )
            ]
        }
    }
}
