import COpenSSL

/// Recovers the digest from RSASSA-PKCS1-v1_5 signatures with one key.
///
/// One RSA operation yields the signed digest, which is then compared with any number of
/// candidates. An instance must be used by one thread or event loop at a time; the key is shared.
@safe package final class DigestRecoverer {
    /// The key that recovers the digest.
    package let key: RSAPublicKey

    /// `EVP_PKEY_CTX`, set up once.
    private let context: OpaquePointer

    /// Makes a recoverer for `key`.
    ///
    /// - Throws: ``CryptoError/failed(call:reasons:)`` if OpenSSL is out of memory, or lacks RSA or
    ///   SHA-256.
    package init(_ key: RSAPublicKey) throws(CryptoError) {
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, key.key.pointer, nil) else {
            throw .drained("EVP_PKEY_CTX_new_from_pkey")
        }
        do throws(CryptoError) {
            try unsafe Self.setUp(context)
        } catch {
            unsafe EVP_PKEY_CTX_free(context)
            throw error
        }
        self.key = key
        unsafe self.context = context
    }

    deinit { unsafe EVP_PKEY_CTX_free(context) }

    /// The SHA-256 digest that `signature` covers; nil if it is not a signature by this key.
    ///
    /// The padding and the whole DigestInfo are compared with the only valid encoding for SHA-256
    /// (RFC 8017 section 9.2), so forged padding is rejected. Wraps `EVP_PKEY_verify_recover`.
    package func digest(in signature: Span<UInt8>) -> Digest? {
        guard signature.count == key.modulusBytes else { return nil }
        var count = Digest.count
        var isRecovered = false
        let digest = unsafe Digest { output in
            isRecovered = unsafe signature.withUnsafeBufferPointer { signature in
                unsafe EVP_PKEY_verify_recover(
                    context,
                    output,
                    &count,
                    signature.baseAddress,
                    signature.count
                ) == 1
            }
        }
        guard isRecovered, count == Digest.count else {
            // A wrong signature is not an error of OpenSSL; clear the queue for later calls.
            ERR_clear_error()
            return nil
        }
        return digest
    }

    private static func setUp(_ context: OpaquePointer) throws(CryptoError) {
        guard unsafe EVP_PKEY_verify_recover_init(context) == 1 else {
            throw .drained("EVP_PKEY_verify_recover_init")
        }
        guard unsafe EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 else {
            throw .drained("EVP_PKEY_CTX_set_rsa_padding")
        }
        let algorithm = unsafe SHA256Algorithm.shared?.pointer
        guard unsafe EVP_PKEY_CTX_set_signature_md(context, algorithm) == 1 else {
            throw .drained("EVP_PKEY_CTX_set_signature_md")
        }
    }
}
