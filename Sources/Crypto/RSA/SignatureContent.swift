import COpenSSL

/// The hash functions of RSA signatures (RFC 8017 appendix B.1), to identify the one that a sender
/// used.
///
/// Callbacks are accepted with SHA-256 only; see ``DigestRecoverer``.
package enum HashFunction: String, CaseIterable, Sendable {
    case md5 = "MD5"
    case sha1 = "SHA-1"
    case sha224 = "SHA-224"
    case sha256 = "SHA-256"
    case sha384 = "SHA-384"
    case sha512 = "SHA-512"

    /// The length of a digest in bytes.
    package var digestBytes: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha224: 28
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The digest of `bytes`; wraps `EVP_Q_digest`.
    package func digest(of bytes: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        var isHashed = false
        let digest = unsafe [UInt8](unsafeUninitializedCapacity: digestBytes) { output, count in
            isHashed = unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe EVP_Q_digest(
                    nil,
                    name,
                    nil,
                    bytes.baseAddress,
                    bytes.count,
                    output.baseAddress,
                    nil
                ) == 1
            }
            count = isHashed ? digestBytes : 0
        }
        guard isHashed else { throw .drained("EVP_Q_digest") }
        return digest
    }

    /// The name of the function in OpenSSL.
    var name: String {
        switch self {
        case .md5: "MD5"
        case .sha1: "SHA1"
        case .sha224: "SHA224"
        case .sha256: "SHA256"
        case .sha384: "SHA384"
        case .sha512: "SHA512"
        }
    }

    /// The DER bytes before the digest in a DigestInfo (RFC 8017 section 9.2, note 1).
    var digestInfoPrefix: [UInt8] {
        switch self {
        case .md5:
            [0x30, 0x20, 0x30, 0x0C, 0x06, 0x08, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x02, 0x05]
                + [0x05, 0x00, 0x04, 0x10]
        case .sha1:
            [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04]
                + [0x14]
        case .sha224: Self.nistPrefix(length: 0x2D, number: 0x04, digest: 0x1C)
        case .sha256: Self.nistPrefix(length: 0x31, number: 0x01, digest: 0x20)
        case .sha384: Self.nistPrefix(length: 0x41, number: 0x02, digest: 0x30)
        case .sha512: Self.nistPrefix(length: 0x51, number: 0x03, digest: 0x40)
        }
    }

    private static func nistPrefix(length: UInt8, number: UInt8, digest: UInt8) -> [UInt8] {
        [0x30, length, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02]
            + [number, 0x05, 0x00, 0x04, digest]
    }
}

/// The content of a signature after the RSA operation; for diagnosis, never for verification.
package enum SignatureContent: Equatable, Sendable {
    /// RSASSA-PKCS1-v1_5: a digest with the identifier of its hash function.
    case digest(HashFunction, [UInt8])

    /// PKCS#1 v1.5 padding around 32 bytes without a hash identifier: a digest signed without
    /// DigestInfo.
    case bareDigest([UInt8])

    /// RSASSA-PSS with SHA-256.
    case probabilistic(PSSBlock)

    /// PKCS#1 v1.5 padding around other content.
    case padded

    /// No known padding: made with another key, or not a signature.
    case unreadable

    /// Classifies the content of `block`.
    ///
    /// - Parameters:
    ///   - block: the result of the RSA operation, as long as the modulus.
    ///   - bits: the length of the modulus in bits.
    init(block: [UInt8], bits: Int, hasher: SHA256) {
        if let content = Self.padded(block) {
            self = content
        } else if let pss = PSSBlock(block: block, bits: bits, hasher: hasher) {
            self = .probabilistic(pss)
        } else {
            self = .unreadable
        }
    }

    /// Parses 00 01, at least eight FF, 00 and the content (RFC 8017 section 9.2).
    private static func padded(_ block: [UInt8]) -> SignatureContent? {
        guard block.starts(with: [0x00, 0x01]) else { return nil }
        let afterHead = block.dropFirst(2)
        let filling = afterHead.prefix { $0 == 0xFF }
        let content = afterHead.dropFirst(filling.count)
        guard filling.count >= 8, content.first == 0x00 else { return nil }
        let info = Array(content.dropFirst())
        for function in HashFunction.allCases {
            let prefix = function.digestInfoPrefix
            if info.count == prefix.count + function.digestBytes, info.starts(with: prefix) {
                return .digest(function, Array(info.dropFirst(prefix.count)))
            }
        }
        return info.count == Digest.count ? .bareDigest(info) : .padded
    }
}

/// An RSASSA-PSS encoding with SHA-256 for hash and mask (RFC 8017 section 9.1), not yet checked
/// against a message.
package struct PSSBlock: Equatable, Sendable {
    /// Zero bytes before the salt; with many of them, a match by chance is ruled out.
    package let zeroBytes: Int
    private let salt: [UInt8]
    private let hash: [UInt8]

    /// Parses a block by RFC 8017 section 9.1.2, steps 4 to 11; nil if it is not such an encoding.
    init?(block: [UInt8], bits: Int, hasher: SHA256) {
        let encodedBytes = (bits - 1 + 7) / 8
        let encoded = Array(block.suffix(encodedBytes))
        guard encoded.count > Digest.count + 2, encoded.last == 0xBC,
            block.count == encodedBytes || block.first == 0
        else { return nil }
        let unusedBits = encodedBytes * 8 - (bits - 1)
        let unusedMask = UInt8(truncatingIfNeeded: 0xFF00 >> unusedBits)
        let maskedCount = encodedBytes - Digest.count - 1
        guard encoded[0] & unusedMask == 0 else { return nil }
        hash = Array(encoded[maskedCount..<(encodedBytes - 1)])
        let mask = Self.mask(seed: hash, count: maskedCount, hasher: hasher)
        var data = zip(encoded, mask).map { $0 ^ $1 }
        data[0] &= ~unusedMask
        let zeros = data.prefix { $0 == 0 }
        guard data.dropFirst(zeros.count).first == 0x01 else { return nil }
        zeroBytes = zeros.count
        salt = Array(data.dropFirst(zeros.count + 1))
    }

    /// Whether the signature covers the message with this digest (section 9.1.2, steps 12 to 14).
    package func covers(_ digest: Digest, hasher: SHA256) -> Bool {
        var text = [UInt8](repeating: 0, count: 8)
        for index in digest.bytes.indices { text.append(digest.bytes[index]) }
        text += salt
        return Digest(hash.span) == hasher.digest(of: text.span)
    }

    /// The mask generation function MGF1 (RFC 8017 appendix B.2.1).
    private static func mask(seed: [UInt8], count: Int, hasher: SHA256) -> [UInt8] {
        var mask: [UInt8] = []
        var counter: UInt32 = 0
        while mask.count < count {
            let number = (0..<4).map { UInt8(truncatingIfNeeded: counter >> (24 - 8 * $0)) }
            let digest = hasher.digest(of: (seed + number).span)
            for index in digest.bytes.indices { mask.append(digest.bytes[index]) }
            counter += 1
        }
        return Array(mask.prefix(count))
    }
}
