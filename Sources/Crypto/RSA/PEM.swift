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
