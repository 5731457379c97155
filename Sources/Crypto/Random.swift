import COpenSSL

/// `count` cryptographically secure random bytes; wraps `RAND_bytes`.
///
/// - Precondition: 0 ≤ `count` ≤ 1 MiB; pass a constant, never a number from a peer.
package func randomBytes(count: Int) throws(CryptoError) -> [UInt8] {
    precondition((0...1 << 20).contains(count))
    var succeeded = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
        succeeded = unsafe RAND_bytes(buffer.baseAddress, CInt(count)) == 1
        initialised = succeeded ? count : 0
    }
    guard succeeded else { throw .drained("RAND_bytes") }
    return bytes
}

/// Whether both have the same bytes; the time does not depend on where they differ.
///
/// Lengths are not secret: different lengths return at once. Wraps `CRYPTO_memcmp`.
package func constantTimeEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    guard !left.isEmpty else { return true }
    return unsafe left.withUnsafeBufferPointer { left in
        unsafe right.withUnsafeBufferPointer { right in
            unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
}
