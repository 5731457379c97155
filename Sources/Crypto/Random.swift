import COpenSSL

/// `count` bytes that nobody can guess. Wraps `RAND_bytes`.
///
/// - Precondition: 0 ≤ `count` ≤ 1 MiB; it is our own constant, never a peer's number.
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
