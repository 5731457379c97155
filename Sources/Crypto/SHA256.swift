import COpenSSL

/// A SHA-256 digest: 32 bytes.
package struct Digest: Sendable {
    /// Bytes in a digest.
    package static let count = 32

    /// The digest, first byte first.
    package private(set) var bytes: [32 of UInt8]

    /// Makes a digest from 32 bytes; nil for another count.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = .init { bytes[$0] }
    }

    /// Makes a digest that `fill` writes; the buffer has exactly 32 bytes.
    init(filledBy fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        bytes = .init(repeating: 0)
        var span = bytes.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { unsafe fill(base) }
        }
    }

    /// Appends the 64 lowercase hexadecimal digits.
    package func appendHex(to output: inout [UInt8]) {
        Hex.append(bytes.span, to: &output)
    }

    /// The 64 lowercase hexadecimal digits.
    package var hex: String { Hex.text(bytes.span) }
}

extension Digest: Hashable {
    /// Compares in constant time.
    package static func == (left: Digest, right: Digest) -> Bool {
        constantTimeEqual(left.bytes.span, right.bytes.span)
    }

    package func hash(into hasher: inout Hasher) {
        // The bytes of a digest are uniformly distributed, so eight of them suffice.
        for index in 0..<8 { hasher.combine(bytes[index]) }
    }
}

extension Digest: CustomStringConvertible {
    package var description: String { hex }
}

/// Computes SHA-256 digests, one after the other, with one context.
///
/// An instance must be used by one thread or event loop at a time, because it reuses its context.
@safe package final class SHA256 {
    private let context: OpaquePointer

    /// Makes a hasher.
    ///
    /// - Throws: ``CryptoError/failed(call:reasons:)`` if OpenSSL lacks SHA-256 or is out of
    ///   memory.
    package init() throws(CryptoError) {
        guard let algorithm = unsafe SHA256Algorithm.shared?.pointer else {
            throw .drained("EVP_MD_fetch")
        }
        guard let context = unsafe EVP_MD_CTX_new() else { throw .drained("EVP_MD_CTX_new") }
        // Sets the algorithm once; later initialisations omit it and reuse its state.
        guard unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1 else {
            let error = CryptoError.drained("EVP_DigestInit_ex2")
            unsafe EVP_MD_CTX_free(context)
            throw error
        }
        unsafe self.context = context
    }

    deinit { unsafe EVP_MD_CTX_free(context) }

    /// The digest of `bytes`.
    ///
    /// Ends the process when OpenSSL has no memory for it, as Swift does for its own values:
    /// OpenSSL 3.0 allocates some 100 bytes for each digest.
    package func digest(of bytes: Span<UInt8>) -> Digest {
        do throws(CryptoError) {
            return try checkedDigest(of: bytes)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// The digest of `bytes`.
    ///
    /// - Throws: ``CryptoError/failed(call:reasons:)`` if OpenSSL is out of memory.
    fileprivate func checkedDigest(of bytes: Span<UInt8>) throws(CryptoError) -> Digest {
        guard unsafe EVP_DigestInit_ex2(context, nil, nil) == 1 else {
            throw .drained("EVP_DigestInit_ex2")
        }
        // Neither allocates memory, so neither fails after the initialisation.
        var isComplete = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count) == 1
        }
        let digest = unsafe Digest { output in
            isComplete = unsafe EVP_DigestFinal_ex(context, output, nil) == 1 && isComplete
        }
        guard isComplete else { throw .drained("EVP_DigestFinal_ex") }
        return digest
    }
}

/// The digest of `bytes`; where speed matters, reuse a ``SHA256`` instead.
///
/// - Throws: ``CryptoError/failed(call:reasons:)`` if OpenSSL lacks SHA-256 or is out of memory.
package func sha256(_ bytes: Span<UInt8>) throws(CryptoError) -> Digest {
    try SHA256().checkedDigest(of: bytes)
}

/// SHA-256, fetched once from OpenSSL's providers for the rest of the process, because a fetch
/// costs as much as hashing a callback.
///
/// Sharing between threads is safe: `EVP_MD` is constant after the fetch, and its reference count
/// is atomic.
@safe final class SHA256Algorithm: Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer

    /// Nil if OpenSSL has no SHA-256.
    static let shared = SHA256Algorithm()

    private init?() {
        guard let pointer = unsafe EVP_MD_fetch(nil, "SHA256", nil) else { return nil }
        unsafe self.pointer = pointer
    }
}
