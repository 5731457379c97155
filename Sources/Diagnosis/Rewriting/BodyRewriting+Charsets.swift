extension BodyRewriting {
    /// Other encodings of characters beyond ASCII, in both directions.
    static let charsets: [BodyRewriting] = [
        BodyRewriting(.charset, .charset, "? is signed for each character beyond ASCII") { body in
            text(of: body).map { $0.map { $0.isASCII ? UInt8($0.value) : UInt8(ascii: "?") } }
        },
        BodyRewriting(.charset, .charset, "? is signed for each byte beyond ASCII") { body in
            isASCII(body) ? nil : body.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }
        },
        BodyRewriting(.charset, .charset, "the body is signed in ISO-8859-1, not in UTF-8") {
            text(of: $0).map(Windows1252.latin1)
        },
        BodyRewriting(.charset, .charset, "the body is signed in Windows-1252, not in UTF-8") {
            text(of: $0).map(Windows1252.encoded)
        },
        BodyRewriting(.charset, .charset, "the body is signed in UTF-8, not in ISO-8859-1") {
            String(validating: $0, as: UTF8.self) == nil ? doubled($0, Windows1252.scalar1) : nil
        },
        BodyRewriting(.charset, .charset, "the body is signed in UTF-8, not in Windows-1252") {
            String(validating: $0, as: UTF8.self) == nil ? doubled($0, Windows1252.scalar) : nil
        },
        BodyRewriting(.charset, .charset, "the body is signed encoded as UTF-8 twice") {
            text(of: $0) == nil ? nil : doubled($0, Windows1252.scalar1)
        },
        BodyRewriting(
            .charset,
            .charset,
            "the body is signed encoded as UTF-8 twice, by way of Windows-1252"
        ) { text(of: $0) == nil ? nil : doubled($0, Windows1252.scalar) },
        BodyRewriting(.charset, .charset, "the body is signed in UTF-8, and was sent encoded twice")
        { text(of: $0).flatMap { once(Windows1252.latin1($0, strictly: true)) } },
        BodyRewriting(
            .charset,
            .charset,
            "the body is signed in UTF-8, and was sent encoded twice by way of Windows-1252"
        ) { text(of: $0).flatMap { once(Windows1252.encoded($0, strictly: true)) } },
        BodyRewriting(
            .charset,
            .unicodeForm,
            "letters with marks are signed as letter and mark (NFD)"
        ) { text(of: $0).map { Array(CombiningMarks.decomposed($0).utf8) } },
        BodyRewriting(.charset, .unicodeForm, "letters with marks are signed as one (NFC)") {
            text(of: $0).map { Array(CombiningMarks.composed($0).utf8) }
        },
    ]

    private static func isASCII(_ body: [UInt8]) -> Bool { body.allSatisfy { $0 < 0x80 } }

    /// The text of a body in UTF-8; nil if it is plain ASCII, where nothing differs, or not UTF-8.
    private static func text(of body: [UInt8]) -> String.UnicodeScalarView? {
        isASCII(body) ? nil : String(validating: body, as: UTF8.self)?.unicodeScalars
    }

    /// Each byte read as a character, in UTF-8.
    private static func doubled(
        _ body: [UInt8],
        _ scalar: (UInt8) -> Unicode.Scalar
    ) -> [UInt8] {
        var text = String.UnicodeScalarView()
        for byte in body { text.append(scalar(byte)) }
        return Array(String(text).utf8)
    }

    /// The bytes if they are UTF-8 with a character beyond ASCII.
    private static func once(_ bytes: [UInt8]?) -> [UInt8]? {
        guard let bytes, !isASCII(bytes), String(validating: bytes, as: UTF8.self) != nil else {
            return nil
        }
        return bytes
    }
}

/// Windows-1252, and ISO-8859-1, which differs in 80 to 9F.
private enum Windows1252 {
    /// The characters of 80 to 9F (the WHATWG Encoding Standard's index); 81, 8D, 8F, 90 and 9D
    /// are themselves.
    private static let upper: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013,
        0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
    ]

    private static let bytes = Dictionary(
        uniqueKeysWithValues: upper.enumerated().map { ($1, UInt8(0x80 + $0)) }
    )

    /// The character of a byte in ISO-8859-1.
    static func scalar1(_ byte: UInt8) -> Unicode.Scalar { Unicode.Scalar(byte) }

    /// The character of a byte.
    static func scalar(_ byte: UInt8) -> Unicode.Scalar {
        guard (0x80...0x9F).contains(byte) else { return Unicode.Scalar(byte) }
        return Unicode.Scalar(upper[Int(byte) - 0x80]) ?? Unicode.Scalar(byte)
    }

    /// The text in ISO-8859-1, with `?` for other characters.
    static func latin1(_ text: String.UnicodeScalarView) -> [UInt8] {
        text.map { $0.value <= 0xFF ? UInt8($0.value) : UInt8(ascii: "?") }
    }

    /// The same; nil if there are other characters.
    static func latin1(_ text: String.UnicodeScalarView, strictly: Bool) -> [UInt8]? {
        text.allSatisfy { $0.value <= 0xFF } ? latin1(text) : nil
    }

    /// The text in Windows-1252, with `?` for other characters.
    static func encoded(_ text: String.UnicodeScalarView) -> [UInt8] {
        text.map { byte(of: $0) ?? UInt8(ascii: "?") }
    }

    /// The same; nil if there are other characters.
    static func encoded(_ text: String.UnicodeScalarView, strictly: Bool) -> [UInt8]? {
        text.allSatisfy { byte(of: $0) != nil } ? encoded(text) : nil
    }

    private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
        if let byte = bytes[scalar.value] { return byte }
        return scalar.value < 0x80 || (0xA0...0xFF).contains(scalar.value)
            ? UInt8(scalar.value) : nil
    }
}
