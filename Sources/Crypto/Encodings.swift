import COpenSSL

/// Encodes bytes as lowercase hexadecimal digits.
package enum Hex {
    private static let digits: [16 of UInt8] = [
        0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
        0x38, 0x39, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66,
    ]

    /// Appends two digits for each byte.
    package static func append(_ bytes: Span<UInt8>, to output: inout [UInt8]) {
        let digits = digits
        for index in bytes.indices {
            let byte = bytes[index]
            output.append(digits[Int(byte >> 4)])
            output.append(digits[Int(byte & 0x0F)])
        }
    }

    /// Two digits for each byte.
    package static func text(_ bytes: Span<UInt8>) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count * 2)
        append(bytes, to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}

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
        let canonical = encode(output.span)
        return unsafe text.withUnsafeBufferPointer { unsafe canonical.elementsEqual($0) }
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
}

/// PEM encoding of keys (RFC 7468), and the other text forms in which gateways publish keys.
enum PEM {
    /// The DER inside `text`: one PEM block, or bare base64.
    ///
    /// Also accepts forms copied from environment variables and dashboards: one line with literal
    /// `\n`, quotes, any white space. Text around the block is ignored, as RFC 7468 section 2
    /// requires.
    static func decode(_ text: [UInt8]) throws(KeyProblem) -> [UInt8] {
        let text = withLineBreaks(text)
        guard let begin = text.firstRange(of: beginMark) else {
            guard let der = base64(text[...]), !der.isEmpty else { throw .noKey }
            return der
        }
        let count = text.ranges(of: beginMark).count
        guard let labelEnd = text[begin.upperBound...].firstRange(of: dashes) else {
            throw .noEnd(label: "")
        }
        let labelBytes = text[begin.upperBound..<labelEnd.lowerBound].prefix(labelBytesMax)
        let label = String(decoding: labelBytes, as: UTF8.self)
        // An EC key is often preceded by its parameters; EC is a clearer error than two blocks.
        if label == "EC PARAMETERS" { throw .notRSA(algorithm: "EC") }
        guard count == 1 else { throw .severalBlocks(count: count) }
        guard let end = text[labelEnd.upperBound...].firstRange(of: endMark + labelBytes + dashes)
        else { throw .noEnd(label: label) }
        let content = text[labelEnd.upperBound..<end.lowerBound]
        // RFC 1421 headers, which old versions of OpenSSL write before an encrypted key.
        if content.firstRange(of: Array("ENCRYPTED".utf8)) != nil {
            throw .wrongKind(.encryptedPrivateKey, expected: .privateKey)
        }
        guard let der = base64(content) else { throw .notBase64(label: label) }
        return der
    }

    /// One PEM block with lines of 64 characters.
    static func encode(_ der: [UInt8], label: String) -> String {
        var output = "-----BEGIN \(label)-----\n"
        let base64 = Base64.encode(der.span)
        for start in stride(from: 0, to: base64.count, by: 64) {
            let line = base64[start..<min(start + 64, base64.count)]
            output += String(decoding: line, as: UTF8.self) + "\n"
        }
        return output + "-----END \(label)-----\n"
    }

    private static let dashes = Array("-----".utf8)
    private static let beginMark = Array("-----BEGIN ".utf8)
    private static let endMark = Array("-----END ".utf8)

    /// Maximum bytes of a label that an error message repeats; longer than any label in use.
    private static let labelBytesMax = 40

    /// Replaces literal `\n` and `\r` with line feeds, and quotes with blanks.
    private static func withLineBreaks(_ text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            let next = index + 1 < text.count ? text[index + 1] : 0
            if byte == UInt8(ascii: "\\"), next == UInt8(ascii: "n") || next == UInt8(ascii: "r") {
                output.append(0x0A)
                index += 2
                continue
            }
            let isQuote = byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
            output.append(isQuote ? 0x20 : byte)
            index += 1
        }
        return output
    }

    private static func base64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        let characters = text.filter { ![0x09, 0x0A, 0x0D, 0x20].contains($0) }
        return Base64.decode(characters.span)
    }
}
