import COpenSSL

/// An RSA private key to sign with. Made once; shared freely.
package final class RSAPrivateKey: Sendable {
    /// The other half.
    package let publicKey: RSAPublicKey

    private let key: PKey

    /// Reads a key: PEM of PKCS#8 or PKCS#1, or the base64 of either; not encrypted.
    ///
    /// Throws ``CryptoError/unusableKey(_:)`` with the reason in words.
    package convenience init(_ text: [UInt8]) throws(CryptoError) {
        try self.init(PKey.read(text: text, expected: .privateKey))
    }

    /// Reads a key from text, as above.
    package convenience init(_ text: String) throws(CryptoError) {
        try self.init(Array(text.utf8))
    }

    private init(_ key: PKey) throws(CryptoError) {
        try key.check(isPrivate: true)
        self.key = key
        // Through DER, so that no private number is within reach of the public half.
        let der = try RSAPublicKey.subjectPublicKeyInfo(of: key)
        publicKey = try RSAPublicKey(PKey.decode(der, expected: .publicKey))
    }

    /// A new key. 2048 bits take about a tenth of a second.
    package static func generate(bits: Int = RSAKeyBits.min) throws(CryptoError) -> RSAPrivateKey {
        guard (RSAKeyBits.min...RSAKeyBits.max).contains(bits) else {
            throw .unusableKey(.bits(bits))
        }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, "RSA", nil) else {
            throw .drained("EVP_PKEY_CTX_new_from_name")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else {
            throw .drained("EVP_PKEY_keygen_init")
        }
        guard unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, CInt(bits)) == 1 else {
            throw .drained("EVP_PKEY_CTX_set_rsa_keygen_bits")
        }
        var pointer: OpaquePointer?
        guard unsafe EVP_PKEY_generate(context, &pointer) == 1, let pointer = unsafe pointer else {
            throw .drained("EVP_PKEY_generate")
        }
        return try RSAPrivateKey(unsafe PKey(owning: pointer))
    }

    /// The RSASSA-PKCS1-v1_5 signature of `message` with SHA-256 (RFC 8017 section 8.2.1).
    package func sign(_ message: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw .drained("EVP_MD_CTX_new") }
        defer { unsafe EVP_MD_CTX_free(context) }
        let algorithm = unsafe SHA256Algorithm.shared?.pointer
        // The context that this returns belongs to `context`. RSA's default padding is PKCS#1 v1.5.
        guard unsafe EVP_DigestSignInit(context, nil, algorithm, nil, key.pointer) == 1 else {
            throw .drained("EVP_DigestSignInit")
        }
        var count = publicKey.modulusBytes
        var isSigned = false
        let signature = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
            isSigned = unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestSign(
                    context,
                    buffer.baseAddress,
                    &count,
                    message.baseAddress,
                    message.count
                ) == 1
            }
            initialised = isSigned ? count : 0
        }
        guard isSigned else { throw .drained("EVP_DigestSign") }
        return signature
    }

    /// The key as PEM of PKCS#8, not encrypted: write it only where no one else can read.
    package func pem() throws(CryptoError) -> String {
        guard let info = unsafe EVP_PKEY2PKCS8(key.pointer) else {
            throw .drained("EVP_PKEY2PKCS8")
        }
        defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
        let der = try unsafe encodedDER("i2d_PKCS8_PRIV_KEY_INFO") {
            unsafe i2d_PKCS8_PRIV_KEY_INFO(info, $0)
        }
        return PEM.encode(der, label: "PRIVATE KEY")
    }
}
