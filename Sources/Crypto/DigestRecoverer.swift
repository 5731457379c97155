import COpenSSL

/// Opens RSASSA-PKCS1-v1_5 signatures with one key: one RSA operation yields the digest that was
/// signed, to be compared with as many candidates as there are.
///
/// Belongs to one thread, or to one event loop, at a time; the key behind it is shared.
@safe package final class DigestRecoverer {
    /// The key.
    package let key: RSAPublicKey

    /// `EVP_PKEY_CTX`, set up once.
    private let context: OpaquePointer

    /// Throws when OpenSSL has no memory, or lacks RSA or SHA-256.
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

    /// The SHA-256 digest that `signature` was made over, or nil when it is not a signature by this
    /// key.
    ///
    /// The padding and the whole DigestInfo are compared with the only encoding that SHA-256 has
    /// (RFC 8017 section 9.2), so nothing can hide in either. Wraps `EVP_PKEY_verify_recover`.
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
            // A wrong signature is an answer, not a failure: leave nothing for later calls to find.
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
