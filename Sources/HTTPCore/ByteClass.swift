/// A set of byte values, as a table of one bit each.
///
/// A loop does well to take a local copy first: a static property is checked for its first use at
/// every access.
struct ByteClass: Sendable {
    private var words: [4 of UInt64] = [0, 0, 0, 0]

    /// The bytes of `members`, and every byte of `classes`.
    init(_ members: some Sequence<UInt8>, _ classes: ByteClass...) {
        for byte in members { words[Int(byte >> 6)] |= 1 << UInt64(byte & 63) }
        for other in classes {
            for index in words.indices { words[index] |= other.words[index] }
        }
    }

    func contains(_ byte: UInt8) -> Bool {
        words[Int(byte >> 6)] & (1 << UInt64(byte & 63)) != 0
    }
}

// Named as in the ABNF of the RFC that each of them is from.
extension ByteClass {
    static let digit = ByteClass("0123456789".utf8)
    static let hexDigit = ByteClass("ABCDEFabcdef".utf8, digit)
    static let alpha = ByteClass(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8
    )

    /// `tchar` of RFC 9110 section 5.6.2: methods and field names are made of it.
    static let token = ByteClass("!#$%&'*+-.^_`|~".utf8, digit, alpha)

    /// What a field value may hold (RFC 9110 section 5.5): HTAB, SP, VCHAR and obs-text.
    static let fieldValue = ByteClass([0x09] + Array(0x20...0x7E) + Array(0x80...0xFF))

    /// `unreserved` and `sub-delims` of RFC 3986, which is `reg-name` without `pct-encoded`.
    static let registeredName = ByteClass("-._~!$&'()*+,;=".utf8, digit, alpha)

    /// `path-abempty` of RFC 3986 without `pct-encoded`.
    static let path = ByteClass("/:@".utf8, registeredName)

    /// `query` of RFC 3986 without `pct-encoded`.
    static let query = ByteClass("?".utf8, path)

    /// Every form of a request target (RFC 9112 section 3.2) without `pct-encoded`; the brackets are
    /// those of an IPv6 address.
    static let target = ByteClass("[]%".utf8, query)

    /// What stands between the brackets of an IPv6 address (RFC 3986 section 3.2.2).
    static let addressLiteral = ByteClass(":.".utf8, hexDigit)
}

extension Span<UInt8> {
    /// The first place in `range` whose byte is not of `members`; the end of `range` when all are.
    func end(of members: ByteClass, in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, members.contains(self[index]) { index += 1 }
        return index
    }
}

// The bytes that the grammar gives a meaning.
extension UInt8 {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20

    /// SP or HTAB: the OWS and BWS of RFC 9110 section 5.6.3.
    var isBlank: Bool { self == .space || self == .tab }

    /// An ASCII capital as the small letter; any other byte as it is.
    var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }

    /// The value of an ASCII digit, or nil.
    var digitValue: Int? { (0x30...0x39).contains(self) ? Int(self) - 0x30 : nil }

    /// The value of an ASCII hexadecimal digit, or nil.
    var hexDigitValue: Int? {
        switch self {
        case 0x30...0x39: Int(self) - 0x30
        case 0x41...0x46: Int(self) - 0x41 + 10
        case 0x61...0x66: Int(self) - 0x61 + 10
        default: nil
        }
    }
}

extension Span<UInt8> {
    /// A copy of the bytes in `range`.
    func copy(_ range: Range<Int>) -> [UInt8] {
        [UInt8](capacity: range.count) { output in
            for index in range { output.append(self[index]) }
        }
    }
}
