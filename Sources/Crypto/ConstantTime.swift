import COpenSSL

/// Whether both hold the same bytes, in a time that tells nothing about where they differ.
///
/// Their lengths are not secret: a difference in length is answered at once. Wraps `CRYPTO_memcmp`.
package func constantTimeEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    guard !left.isEmpty else { return true }
    return unsafe left.withUnsafeBufferPointer { left in
        unsafe right.withUnsafeBufferPointer { right in
            unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
}
