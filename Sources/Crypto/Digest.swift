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
