import COpenSSL
import Glibc

/// Base64 with the standard alphabet and padding (RFC 4648 section 4).
package enum Base64 {
    /// Decodes strictly into `output`, replacing its content and reusing its memory.
    ///
    /// Each byte sequence has exactly one accepted text. `EVP_DecodeBlock` is lenient, so the
    /// decoded bytes are encoded again and compared with `text`.
    ///
    /// - Returns: false, with `output` unspecified, if the length is not a multiple of four, a byte
    ///   is outside the alphabet (including white space), padding is missing or misplaced, or
    ///   unused bits of the last character are set (RFC 4648 section 3.5).
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
        // Padding decodes to zero bytes, which count towards the length.
        guard decoded == size / 4 * 3 else { return false }
        let padding = UInt8(ascii: "=")
        let paddingCount = text[size - 1] != padding ? 0 : text[size - 2] != padding ? 1 : 2
        output.removeLast(size - Int(decoded) + paddingCount)
        return isEqual(encode(output.span).span, text)
    }

    /// Decodes strictly; nil where ``decode(_:into:)`` returns false.
    package static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        return decode(text, into: &output) ? output : nil
    }

    /// Encodes `bytes` with padding.
    ///
    /// - Precondition: at most 2^29 bytes.
    package static func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        precondition(bytes.count <= textBytesMax, "more than OpenSSL encodes at once")
        if bytes.isEmpty { return [] }
        let size = (bytes.count + 2) / 3 * 4
        // One byte more for the NUL that EVP_EncodeBlock appends.
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

    /// Maximum bytes of a text; OpenSSL takes lengths as C integers.
    private static let textBytesMax = 1 << 29

    /// Compares texts, which are not secret, so the time may depend on them.
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
