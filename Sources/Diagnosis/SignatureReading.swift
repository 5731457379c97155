import Crypto

/// One way to decode X-SIGNATURE: the bytes, and the faults of the text.
struct SignatureReading: Equatable {
    let bytes: [UInt8]
    let changes: [SignatureDifference]

    /// All readings of the header's values, strict base64 first; empty if nothing can be decoded.
    ///
    /// A value that is longer than any notation of a signature by the largest key is skipped.
    static func all(_ values: [[UInt8]]) -> [SignatureReading] {
        var readings: [SignatureReading] = []
        for value in values.prefix(repeatedMax) where value.count <= bytesMax {
            var changes: [SignatureDifference] = []
            if values.count > 1 {
                let detail = "X-SIGNATURE occurs \(values.count) times"
                changes.append(SignatureDifference(name: .repeatedHeader, detail: detail))
            }
            for (bytes, fault) in Self.decodings(of: value) {
                let fault =
                    fault.map { [SignatureDifference(name: .signatureEncoding, detail: $0)] } ?? []
                let reading = SignatureReading(bytes: bytes, changes: changes + fault)
                if !readings.contains(where: { $0.bytes == bytes }) { readings.append(reading) }
            }
        }
        return readings
    }

    /// Maximum bytes of a value: the hexadecimal digits of the longest signature, and the text
    /// around it.
    private static let bytesMax = RSAKeyBits.max / 8 * 2 + 512

    /// Maximum number of repeated headers read.
    private static let repeatedMax = 4

    /// The decodings of a text, each with its fault; nil for strict base64.
    private static func decodings(of text: [UInt8]) -> [(bytes: [UInt8], fault: String?)] {
        if text.isEmpty { return [] }
        var found: [(bytes: [UInt8], fault: String?)] = []
        if let bytes = Base64.decode(text.span) { found.append((bytes, nil)) }
        // Hexadecimal digits are also valid base64; only a key can decide between the two.
        if let bytes = hexDecoded(text) {
            found.append((bytes, "the signature is written in hexadecimal, not in base64"))
        }
        if let inner = found.first?.bytes, let bytes = Base64.decode(inner.span), !bytes.isEmpty {
            found.append((bytes, "the signature is encoded in base64 twice"))
        }
        if !found.isEmpty { return found }
        if let (bytes, fault) = unwrapped(text) { return [(bytes, fault)] }
        if let (bytes, faults) = lenientlyDecoded(text) { found.append((bytes, faults)) }
        let plus = text.map { $0 == 0x20 ? UInt8(ascii: "+") : $0 }
        if plus != text, let (bytes, _) = lenientlyDecoded(plus) {
            found.append((bytes, "the signature has blanks in place of +"))
        }
        return found
    }

    /// Decodes the value of `algorithm=…,keyVersion=…,signature=…`, the output of `openssl dgst`,
    /// and base64 with line ends written as `\n`; nil for any other text.
    private static func unwrapped(_ text: [UInt8]) -> (bytes: [UInt8], fault: String)? {
        let lower = String(decoding: text, as: UTF8.self).lowercased()
        if let mark = lower.firstRange(of: "signature=") {
            let start = lower.utf8.distance(from: lower.startIndex, to: mark.upperBound)
            let value = Array(text.dropFirst(start).prefix { $0 != 0x2C && $0 != 0x3B })
            if value.count < text.count, let (bytes, _) = lenientlyDecoded(value) {
                return (bytes, "the header has fields, of which one is signature=")
            }
        }
        if let mark = lower.firstRange(of: ")= ") {
            let start = lower.utf8.distance(from: lower.startIndex, to: mark.upperBound)
            if let bytes = hexDecoded(Array(text.dropFirst(start))) {
                return (bytes, "the header has what `openssl dgst -hex` prints: a name and digits")
            }
        }
        var plain: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), let next = rest.first,
                next == UInt8(ascii: "n") || next == UInt8(ascii: "r")
            {
                rest = rest.dropFirst()
            } else {
                plain.append(byte)
            }
        }
        guard plain != text, let (bytes, _) = lenientlyDecoded(plain) else { return nil }
        return (bytes, "the signature has line ends written as \\n")
    }

    /// Decodes base64 after correcting quotation marks, percent escapes, white space, the URL-safe
    /// alphabet and padding.
    private static func lenientlyDecoded(_ text: [UInt8]) -> (bytes: [UInt8], faults: String)? {
        var faults: [String] = []
        var rest = text
        func put(_ other: [UInt8], _ fault: String) {
            if other != rest { faults.append(fault) }
            rest = other
        }
        put(rest.filter { $0 != 0x22 && $0 != 0x27 }, "in quotation marks")
        put(percentDecoded(rest), "with percent escapes")
        put(rest.filter { ![0x09, 0x0A, 0x0D, 0x20].contains($0) }, "with white space in it")
        put(
            rest.map { $0 == UInt8(ascii: "-") ? 0x2B : $0 == UInt8(ascii: "_") ? 0x2F : $0 },
            "in the URL-safe alphabet (- and _)"
        )
        let bare = Array(rest.prefix { $0 != UInt8(ascii: "=") })
        put(
            bare + [UInt8](repeating: UInt8(ascii: "="), count: (4 - bare.count % 4) % 4),
            "with wrong padding (=)"
        )
        guard let bytes = Base64.decode(rest.span), !bytes.isEmpty else { return nil }
        return (bytes, "the signature is base64 " + faults.joined(separator: ", "))
    }

    /// Decodes hexadecimal digits; nil for an odd or zero number of them, or any other byte.
    private static func hexDecoded(_ text: [UInt8]) -> [UInt8]? {
        guard !text.isEmpty, text.count % 2 == 0 else { return nil }
        var output: [UInt8] = []
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = hexValue(text[index]), let low = hexValue(text[index + 1]) else {
                return nil
            }
            output.append(high << 4 | low)
        }
        return output
    }
}

/// A signature that one of the keys opens, with its content and faults.
struct OpenedSignature {
    let key: RSAPublicKey
    let content: SignatureContent

    /// The faults of the signature's encoding, scheme and key, whatever it covers.
    let changes: [SignatureDifference]

    /// Whether the padding alone proves that the signature was made with the key.
    var isCertain: Bool {
        // Eight zero bytes and the byte after them match by chance once in more than 10^21 times.
        if case .probabilistic(let block) = content { block.zeroBytes >= 8 } else { true }
    }

    /// The signature scheme: `RSASSA-PKCS1-v1_5` or `RSASSA-PSS`.
    var scheme: String {
        if case .probabilistic = content { "RSASSA-PSS" } else { "RSASSA-PKCS1-v1_5" }
    }

    /// The hash function that the signature names or implies; nil if there is none.
    var hashFunction: HashFunction? {
        switch content {
        case .digest(let function, _): function
        case .bareDigest, .probabilistic: .sha256
        case .padded, .unreadable: nil
        }
    }

    /// The signed digest; nil if the signature does not contain it (PSS), or contains no digest.
    var digest: [UInt8]? {
        switch content {
        case .digest(_, let digest), .bareDigest(let digest): digest
        case .probabilistic, .padded, .unreadable: nil
        }
    }

    /// Whether the signature covers exactly this string.
    func covers(_ text: [UInt8], hasher: SHA256) throws(CryptoError) -> Bool {
        switch content {
        case .digest(.sha256, let digest), .bareDigest(let digest):
            hasher.digest(of: text.span) == Digest(digest.span)
        case .digest(let function, let digest): try function.digest(of: text.span) == digest
        case .probabilistic(let block):
            block.covers(hasher.digest(of: text.span), hasher: hasher)
        case .padded, .unreadable: false
        }
    }
}

extension SignatureContent {
    /// The deviations from RSASSA-PKCS1-v1_5 with SHA-256.
    var faults: [SignatureDifference] {
        switch self {
        case .digest(.sha256, _), .padded, .unreadable: []
        case .digest(let function, _):
            [
                SignatureDifference(
                    name: .signatureHash,
                    detail: "the signature is made with \(function.rawValue), not with SHA-256"
                )
            ]
        case .bareDigest:
            [
                SignatureDifference(
                    name: .signatureScheme,
                    detail: "the digest is signed without the name of its hash function"
                )
            ]
        case .probabilistic:
            [
                SignatureDifference(
                    name: .signatureScheme,
                    detail: "the signature is RSASSA-PSS, not RSASSA-PKCS1-v1_5"
                )
            ]
        }
    }
}
