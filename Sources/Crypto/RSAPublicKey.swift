import COpenSSL

/// An RSA public key to verify with. Made once, when the configuration is read; shared freely.
package final class RSAPublicKey: Sendable {
    /// Lowercase hexadecimal SHA-256 of the key's SPKI in DER (contract section 3).
    package let fingerprint: String

    /// Bytes of the modulus, and so of each signature.
    package let modulusBytes: Int

    let key: PKey

    /// Reads a key: PEM of an SPKI or of a PKCS#1 public key, the base64 of either, on one line or
    /// several, with real or literal `\n`.
    ///
    /// Throws ``CryptoError/unusableKey(_:)`` with the reason in words.
    package convenience init(_ text: [UInt8]) throws(CryptoError) {
        try self.init(PKey.read(text: text, expected: .publicKey))
    }

    /// Reads a key from text, as above.
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

    /// RFC 5280 section 4.1: SubjectPublicKeyInfo, in DER.
    static func subjectPublicKeyInfo(of key: PKey) throws(CryptoError) -> [UInt8] {
        try unsafe encodedDER("i2d_PUBKEY") { unsafe i2d_PUBKEY(key.pointer, $0) }
    }
}

extension RSAPublicKey: Equatable {
    /// Equal when their SPKI is.
    package static func == (left: RSAPublicKey, right: RSAPublicKey) -> Bool {
        left.fingerprint == right.fingerprint
    }
}
