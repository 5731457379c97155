import COpenSSL

/// The hash functions of RSA signatures (RFC 8017 appendix B.1), to identify the one that a sender
/// used.
///
/// Callbacks are accepted with SHA-256 only; see ``DigestRecoverer``.
package enum HashFunction: String, CaseIterable, Sendable {
    case sha1 = "SHA-1"
    case sha224 = "SHA-224"
    case sha256 = "SHA-256"
    case sha384 = "SHA-384"
    case sha512 = "SHA-512"

    /// The length of a digest in bytes.
    package var digestBytes: Int {
        switch self {
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
    private var name: String {
        switch self {
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
