import COpenSSL

/// An RSA public key that verifies signatures; safe to share between threads.
package final class RSAPublicKey: Sendable {
    /// Lowercase hexadecimal SHA-256 of the key's SPKI in DER.
    package let fingerprint: String

    /// Bytes of the modulus, and therefore of each signature.
    package let modulusBytes: Int

    let key: PKey

    /// Parses a key: PEM of an SPKI or of a PKCS#1 public key, or the base64 of either.
    ///
    /// The text may be on one line or several, with real or literal `\n`.
    ///
    /// - Throws: ``CryptoError/unusableKey(_:)`` with the reason.
    package convenience init(_ text: [UInt8]) throws(CryptoError) {
        try self.init(PKey.read(text: text, expected: .publicKey))
    }

    /// Parses a key from text, as above.
    package convenience init(_ text: String) throws(CryptoError) {
        try self.init(Array(text.utf8))
    }

    init(_ key: PKey) throws(CryptoError) {
        try key.check(isPrivate: false)
        let der = try Self.subjectPublicKeyInfo(of: key)
        let digest = try sha256(der.span)
        fingerprint = digest.hex
        modulusBytes = (key.bits + 7) / 8
        self.key = key
    }

    /// The key as PEM of its SPKI.
    package func pem() throws(CryptoError) -> String {
        PEM.encode(try Self.subjectPublicKeyInfo(of: key), label: "PUBLIC KEY")
    }

    /// The SubjectPublicKeyInfo in DER (RFC 5280 section 4.1).
    static func subjectPublicKeyInfo(of key: PKey) throws(CryptoError) -> [UInt8] {
        try unsafe encodedDER("i2d_PUBKEY") { unsafe i2d_PUBKEY(key.pointer, $0) }
    }
}

extension RSAPublicKey: Equatable {
    /// Compares the fingerprints, that is the SPKIs.
    package static func == (left: RSAPublicKey, right: RSAPublicKey) -> Bool {
        left.fingerprint == right.fingerprint
    }
}
