import COpenSSL

/// A SHA-256 digest: 32 bytes.
package struct Digest: Sendable {
    /// Bytes in a digest.
    package static let count = 32

    /// The digest, first byte first.
    package private(set) var bytes: [32 of UInt8]

    /// A digest of the given bytes, or nil when they are not 32.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        self.bytes = .init { bytes[$0] }
    }

    /// Whatever `fill` writes; it gets room for exactly 32 bytes.
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
    /// Compares in constant time, whatever the digests are used for.
    package static func == (left: Digest, right: Digest) -> Bool {
        constantTimeEqual(left.bytes.span, right.bytes.span)
    }

    package func hash(into hasher: inout Hasher) {
        // The bytes of a digest are as good as random: eight tell one from another.
        for index in 0..<8 { hasher.combine(bytes[index]) }
    }
}

extension Digest: CustomStringConvertible {
    package var description: String { hex }
}
