extension KeyForm {
    /// Recognises the form of a file that holds no key in PEM, base64 or DER; nil if it is none of
    /// these.
    init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let start = text.prefix { $0 != "\n" }.lowercased()
        guard let first = bytes.first(where: { !Self.isBlank($0) }) else {
            self = .empty
            return
        }
        if Self.isUTF16(bytes) {
            self = .utf16
        } else if bytes.starts(with: [0xFE, 0xED, 0xFE, 0xED]) {
            self = .javaKeyStore
        } else if bytes.firstRange(of: Self.pkcs7Data) != nil, first == 0x30 {
            self = .pkcs12
        } else if text.contains("<RSAKeyValue") {
            self = .xml
        } else if text.lowercased().contains("<html") || start.hasPrefix("<!doctype") {
            self = .html
        } else if first == UInt8(ascii: "{"), text.contains("\"kty\"") {
            self = .jwk
        } else if let form = Self.named(text, start) ?? Self.spelt(text, bytes) {
            self = form
        } else {
            return nil
        }
    }

    /// A form that names itself.
    private static func named(_ text: String, _ start: String) -> KeyForm? {
        if text.contains("BEGIN PGP ") { return .pgp }
        if text.contains("BEGIN SSH2 PUBLIC KEY") { return .ssh2Public }
        if text.contains("BEGIN OPENSSH PRIVATE KEY") { return .sshPrivate }
        if text.contains("CERTIFICATE REQUEST-----") { return .certificateRequest }
        if start.hasPrefix("putty-user-key-file") { return .putty }
        let isSSH = ["ssh-rsa ", "ssh-ed25519 ", "ssh-dss ", "ecdsa-sha2-"].contains {
            start.hasPrefix($0)
        }
        return isSSH ? .sshPublic : nil
    }

    /// A form that is an accepted one in another spelling.
    private static func spelt(_ text: String, _ bytes: [UInt8]) -> KeyForm? {
        let scalars = text.unicodeScalars
        if text.contains("BEGIN ") {
            if scalars.contains(where: isTypographicDash) { return .typographicDashes }
            if text.split(whereSeparator: \.isNewline).contains(where: hasOtherDashes) {
                return .dashCount
            }
        }
        if scalars.contains(where: isSpecialSpace) { return .noBreakSpaces }
        let lines = text.split(whereSeparator: \.isNewline)
        let isPEM = text.contains("-----BEGIN ")
        let content = lines.filter { !$0.contains("-----") }.joined().utf8
            .filter { !isBlank($0) }
        guard !content.isEmpty else { return nil }
        if let decoded = Base64.decode(content.span) {
            return decoded.starts(with: Array("-----BEGIN ".utf8)) ? .base64OfPEM : nil
        }
        guard let der = decodedBase64URL(content), der.first == 0x30 else { return nil }
        return isPEM ? .base64URLInPEM : .base64URL
    }

    /// Whether a line is `BEGIN …` or `END …` between dashes, but not five on each side.
    private static func hasOtherDashes(_ line: Substring) -> Bool {
        let isAround = { (character: Character) in character == "-" || character.isWhitespace }
        guard let start = line.firstIndex(where: { !isAround($0) }),
            let end = line.lastIndex(where: { !isAround($0) })
        else { return false }
        let mark = line[start...end]
        guard mark.hasPrefix("BEGIN ") || mark.hasPrefix("END ") else { return false }
        guard mark.allSatisfy({ $0.isUppercase || $0.isNumber || $0 == " " }) else { return false }
        let isBlank = { (character: Character) in character.isWhitespace }
        let trimmed = line.drop(while: isBlank)
        let whole = trimmed.prefix(
            through: trimmed.lastIndex { !isBlank($0) } ?? trimmed.startIndex
        )
        return whole != "-----\(mark)-----"
    }

    private static func decodedBase64URL(_ text: [UInt8]) -> [UInt8]? {
        let standard = text.filter { $0 != UInt8(ascii: "=") }.map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        let padding = [UInt8](repeating: UInt8(ascii: "="), count: (4 - standard.count % 4) % 4)
        return Base64.decode((standard + padding).span)
    }

    private static func isUTF16(_ bytes: [UInt8]) -> Bool {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return true }
        // Text of the ASCII range without a mark has a NUL in each pair of bytes.
        let pairs = bytes.prefix(64)
        return pairs.count >= 8 && pairs.count(where: { $0 == 0 }) == pairs.count / 2
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x09, 0x0A, 0x0D, 0x20].contains(byte) }

    /// U+2010 to U+2015 and the minus sign.
    private static func isTypographicDash(_ scalar: Unicode.Scalar) -> Bool {
        (0x2010...0x2015).contains(scalar.value) || scalar.value == 0x2212
    }

    /// No-break spaces, the spaces of U+2000 to U+200F, and a byte order mark.
    private static func isSpecialSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0xA0 || (0x2000...0x200F).contains(scalar.value) || scalar.value == 0xFEFF
    }

    /// The object identifier of the PKCS#7 content type `data`, 1.2.840.113549.1.7.1, in DER: each
    /// PKCS#12 file contains it, and no key does.
    private static let pkcs7Data: [UInt8] = [
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01,
    ]
}
