import COpenSSL

/// An RSA public key that verifies signatures; safe to share between threads.
package final class RSAPublicKey: Sendable {
    /// Lowercase hexadecimal SHA-256 of the key's SPKI in DER.
    package let fingerprint: String

    /// Bytes of the modulus, and therefore of each signature.
    package let modulusBytes: Int

    let key: PKey

    /// Parses a key: an SPKI, a PKCS#1 public key or a certificate, as PEM, base64 or DER.
    ///
    /// A text may be on one line or several, with real or literal `\n`.
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

extension RSAPublicKey {
    /// Bits of the modulus.
    package var bits: Int { key.bits }

    /// The content of `signature` after the RSA operation; nil if its length is not that of the
    /// modulus.
    ///
    /// For diagnosis only: verification uses ``DigestRecoverer``, which accepts exactly one
    /// encoding. Wraps `EVP_PKEY_verify_recover` without padding.
    package func content(of signature: Span<UInt8>) throws(CryptoError) -> SignatureContent? {
        guard signature.count == modulusBytes else { return nil }
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil) else {
            throw .drained("EVP_PKEY_CTX_new_from_pkey")
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_verify_recover_init(context) == 1 else {
            throw .drained("EVP_PKEY_verify_recover_init")
        }
        guard unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1 else {
            throw .drained("EVP_PKEY_CTX_set_rsa_padding")
        }
        var count = modulusBytes
        var isOpened = false
        let block = unsafe [UInt8](unsafeUninitializedCapacity: count) { output, initialised in
            isOpened = unsafe signature.withUnsafeBufferPointer { signature in
                unsafe EVP_PKEY_verify_recover(
                    context,
                    output.baseAddress,
                    &count,
                    signature.baseAddress,
                    signature.count
                ) == 1
            }
            initialised = isOpened ? count : 0
        }
        guard isOpened, block.count == modulusBytes else {
            // The number is not below the modulus, so it is not a signature by this key.
            ERR_clear_error()
            return .unreadable
        }
        return SignatureContent(block: block, bits: bits, hasher: try SHA256())
    }
}

/// An RSA private key that signs; safe to share between threads.
package final class RSAPrivateKey: Sendable {
    /// The public key of the pair.
    package let publicKey: RSAPublicKey

    private let key: PKey

    /// Parses an unencrypted key: PKCS#8 or PKCS#1, as PEM, base64 or DER.
    ///
    /// - Throws: ``CryptoError/unusableKey(_:)`` with the reason.
    package convenience init(_ text: [UInt8]) throws(CryptoError) {
        try self.init(PKey.read(text: text, expected: .privateKey))
    }

    /// Parses a key from text, as above.
    package convenience init(_ text: String) throws(CryptoError) {
        try self.init(Array(text.utf8))
    }

    private init(_ key: PKey) throws(CryptoError) {
        try key.check(isPrivate: true)
        self.key = key
        // Converted through DER, so that the public key contains no private number.
        let der = try RSAPublicKey.subjectPublicKeyInfo(of: key)
        publicKey = try RSAPublicKey(PKey.decode(der, expected: .publicKey))
    }

    /// Generates a key; 2048 bits take about 0.1 s.
    ///
    /// - Throws: ``CryptoError/unusableKey(_:)`` if `bits` is outside ``RSAKeyBits``.
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
        // The EVP_PKEY_CTX that this creates belongs to `context`. The default padding is PKCS#1
        // v1.5.
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

    /// The key as unencrypted PEM of PKCS#8; write it only to a file with mode 0600.
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
