import COpenSSL

extension HashFunction {
    /// HMAC (RFC 2104) of a message with this hash function; wraps `EVP_Q_mac`.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL lacks the function or is out of memory.
    package func authenticationCode(
        of message: Span<UInt8>,
        key: Span<UInt8>
    ) throws(CryptoError) -> [UInt8] {
        var isMade = false
        let code = unsafe [UInt8](unsafeUninitializedCapacity: digestBytes) { output, count in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe key.withUnsafeBufferPointer { key in
                    var written = 0
                    let result = unsafe EVP_Q_mac(
                        nil,
                        "HMAC",
                        nil,
                        name,
                        nil,
                        key.baseAddress,
                        key.count,
                        message.baseAddress,
                        message.count,
                        output.baseAddress,
                        digestBytes,
                        &written
                    )
                    isMade = unsafe result != nil && written == digestBytes
                }
            }
            count = isMade ? digestBytes : 0
        }
        guard isMade else { throw .drained("EVP_Q_mac") }
        return code
    }
}
