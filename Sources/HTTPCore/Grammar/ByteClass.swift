/// A set of byte values, as a table of one bit each: bit n of ``low`` stands for byte n, bit n of
/// ``high`` for byte 64 + n.
///
/// The tables are literals, so that they are constants: a computed static would check at every
/// access whether it is initialised. Tests compare each table with its ABNF.
struct ByteClass: Sendable {
    let low: UInt64
    let high: UInt64

    /// Whether every byte from 0x80 is a member.
    var hasNonASCII = false

    func contains(_ byte: UInt8) -> Bool {
        if byte >= 0x80 { return hasNonASCII }
        return (byte < 64 ? low : high) >> UInt64(byte & 63) & 1 == 1
    }
}

extension ByteClass {
    /// `DIGIT` of RFC 5234.
    static let digit = ByteClass(low: 0x03FF_0000_0000_0000, high: 0x0000_0000_0000_0000)

    /// `HEXDIG` of RFC 5234, lowercase letters included.
    static let hexDigit = ByteClass(low: 0x03FF_0000_0000_0000, high: 0x0000_007E_0000_007E)

    /// `ALPHA` of RFC 5234.
    static let alpha = ByteClass(low: 0x0000_0000_0000_0000, high: 0x07FF_FFFE_07FF_FFFE)

    /// `tchar` of RFC 9110 section 5.6.2, which methods and field names are made of: letters,
    /// digits and ``!#$%&'*+-.^_`|~``.
    static let token = ByteClass(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)

    /// The bytes allowed in a field value (RFC 9110 section 5.5): HTAB, SP, VCHAR and obs-text.
    static let fieldValue = ByteClass(
        low: 0xFFFF_FFFF_0000_0200,
        high: 0x7FFF_FFFF_FFFF_FFFF,
        hasNonASCII: true
    )

    /// `unreserved` and `sub-delims` of RFC 3986, which is `reg-name` without `pct-encoded`:
    /// letters, digits and `-._~!$&'()*+,;=`.
    static let registeredName = ByteClass(low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)

    /// `path-abempty` of RFC 3986 without `pct-encoded`: ``registeredName``, `/:@` and square
    /// brackets.
    ///
    /// The RFC requires square brackets to be escaped; clients send them unescaped, and servers
    /// accept them.
    static let path = ByteClass(low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFF)

    /// `query` of RFC 3986 without `pct-encoded`: ``path`` and `?`.
    static let query = ByteClass(low: 0xAFFF_FFD2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFF)

    /// Every form of a request target (RFC 9112 section 3.2): ``query`` and the `%` of
    /// `pct-encoded`.
    static let target = ByteClass(low: 0xAFFF_FFF2_0000_0000, high: 0x47FF_FFFE_AFFF_FFFF)

    /// The characters between the brackets of an IPv6 address (RFC 3986 section 3.2.2).
    static let addressLiteral = ByteClass(low: 0x07FF_4000_0000_0000, high: 0x0000_007E_0000_007E)
}

extension Span<UInt8> {
    /// The first index in `range` whose byte is not in `members`; the end of `range` if there is
    /// none.
    func end(of members: ByteClass, in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index < range.upperBound, members.contains(self[index]) { index += 1 }
        return index
    }

    /// The same as `end(of: .fieldValue, in:)`, eight bytes at a time.
    ///
    /// Most bytes of a head are scanned by this function.
    func endOfFieldValue(in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while range.upperBound - index >= 8 {
            let bytes = extracting(index..<(index + 8))
            var word: UInt64 = 0
            for place in 0..<8 { word |= UInt64(bytes[place]) << UInt64(8 * place) }
            guard let place = word.firstControlByte else {
                index += 8
                continue
            }
            index += place
            if self[index] != .tab { return index }
            index += 1
        }
        return end(of: .fieldValue, in: index..<range.upperBound)
    }
}

extension UInt64 {
    /// The index of the lowest byte that is below 0x20 or equal to 0x7F; nil if there is none.
    ///
    /// Index 0 is the least significant byte. Subtracting the bound sets the high bit of each byte
    /// that is smaller than the bound and had that bit clear. A borrow can set the bit wrongly, but
    /// only in bytes above one that was found.
    fileprivate var firstControlByte: Int? {
        let each: UInt64 = 0x0101_0101_0101_0101
        let delete = self ^ (each * 0x7F)
        let isBelowSpace = (self &- each * 0x20) & ~self
        let isDelete = (delete &- each) & ~delete
        let found = (isBelowSpace | isDelete) & (each * 0x80)
        return found == 0 ? nil : found.trailingZeroBitCount / 8
    }
}

// Bytes with a meaning in the HTTP grammar.
extension UInt8 {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20

    /// SP or HTAB: the OWS and BWS of RFC 9110 section 5.6.3.
    var isBlank: Bool { self == .space || self == .tab }

    /// The lowercase form of an ASCII capital letter; any other byte unchanged.
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

extension [UInt8] {
    /// Appends the part of `bytes` in `range`.
    mutating func append(_ range: Range<Int>, of bytes: Span<UInt8>) {
        // Appending nothing to an empty array writes its count, which is 0: into the storage that
        // all empty arrays of the process share. Thread Sanitizer calls that a race.
        if range.isEmpty { return }
        let source = bytes.extracting(range)
        append(addingCapacity: source.count) { output in
            for index in source.indices { output.append(source[index]) }
        }
    }
}
