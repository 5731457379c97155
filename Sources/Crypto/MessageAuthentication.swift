import COpenSSL

/// HMAC with SHA-256 (RFC 2104) of a message.
///
/// - Throws: ``CryptoError`` if OpenSSL lacks HMAC or is out of memory.
package func hmacSHA256(
    of message: Span<UInt8>,
    key: Span<UInt8>
) throws(CryptoError) -> Digest {
    var isMade = false
    let digest = unsafe Digest { output in
        unsafe message.withUnsafeBufferPointer { message in
            unsafe key.withUnsafeBufferPointer { key in
                var count = 0
                let result = unsafe EVP_Q_mac(
                    nil,
                    "HMAC",
                    nil,
                    "SHA256",
                    nil,
                    key.baseAddress,
                    key.count,
                    message.baseAddress,
                    message.count,
                    output,
                    Digest.count,
                    &count
                )
                isMade = unsafe result != nil && count == Digest.count
            }
        }
    }
    guard isMade else { throw .drained("EVP_Q_mac") }
    return digest
}
