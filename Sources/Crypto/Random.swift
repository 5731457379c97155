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
