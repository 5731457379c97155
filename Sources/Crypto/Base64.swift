import COpenSSL
import Glibc

/// Base64 as in RFC 4648 section 4: the standard alphabet, with padding, nothing else.
package enum Base64 {
    /// Decodes strictly, into `output`, whose former content is dropped and whose memory is reused.
    ///
    /// Returns false, with `output` unspecified, on a length that is no multiple of four, a byte
    /// outside the alphabet (white space too), padding that is missing or misplaced, or bits set
    /// that the last character should not have (RFC 4648 section 3.5): so there is exactly one
    /// text for some bytes. That is also how it is checked, since `EVP_DecodeBlock` is lenient:
    /// what was decoded has to encode to the same text.
    package static func decode(_ text: Span<UInt8>, into output: inout [UInt8]) -> Bool {
        let size = text.count
        guard size % 4 == 0, size <= textBytesMax else { return false }
        if size < output.count { output.removeAll(keepingCapacity: true) }
        while output.count < size { output.append(0) }
        guard size > 0 else { return true }
        let decoded = unsafe text.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe EVP_DecodeBlock(target.baseAddress, source.baseAddress, CInt(size))
            }
        }
        // Padding decodes to zero bytes, which are counted.
        guard decoded == size / 4 * 3 else { return false }
        let padding = UInt8(ascii: "=")
        let paddingCount = text[size - 1] != padding ? 0 : text[size - 2] != padding ? 1 : 2
        output.removeLast(size - Int(decoded) + paddingCount)
        return isEqual(encode(output.span).span, text)
    }

    /// Decodes strictly; nil as described at ``decode(_:into:)``.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        return decode(text, into: &output) ? output : nil
    }

    /// The text of `bytes`, padded.
    package static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        precondition(bytes.count <= textBytesMax, "more than OpenSSL encodes at once")
        if bytes.isEmpty { return [] }
        let size = (bytes.count + 2) / 3 * 4
        // One byte more for the NUL that EVP_EncodeBlock ends with.
        return unsafe [UInt8](unsafeUninitializedCapacity: size + 1) { target, count in
            unsafe bytes.withUnsafeBufferPointer { source in
                let written = unsafe EVP_EncodeBlock(
                    target.baseAddress,
                    source.baseAddress,
                    CInt(source.count)
                )
                count = Int(written)
            }
        }
    }

    /// Lengths are C integers to OpenSSL; nothing of ours comes near a quarter of their range.
    private static let textBytesMax = 1 << 29

    /// Texts are no secrets: the time that this takes may depend on them.
    private static func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        unsafe left.withUnsafeBufferPointer { left in
            unsafe right.withUnsafeBufferPointer { right in
                guard left.count == right.count, let one = left.baseAddress,
                    let other = right.baseAddress
                else { return left.count == right.count }
                return unsafe memcmp(one, other, left.count) == 0
            }
        }
    }
}
