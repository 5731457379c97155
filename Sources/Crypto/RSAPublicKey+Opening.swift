import COpenSSL

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
