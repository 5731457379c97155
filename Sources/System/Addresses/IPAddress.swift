/// An IPv4 or IPv6 address, without name resolution and without zones.
///
/// An IPv4 address mapped into IPv6 (`::ffff:a.b.c.d`, RFC 4291 section 2.5.5.2) is stored as the
/// IPv4 address, so that a client has the same address on either kind of socket.
package struct IPAddress: Hashable, Sendable {
    /// The protocol of an address.
    package enum Family: Hashable, Sendable {
        case v4, v6

        /// How many bits an address has.
        package var bitCount: Int { self == .v4 ? 32 : 128 }
    }

    package let family: Family

    /// The address as a number, most significant byte first; below 2^32 for IPv4.
    package let bits: UInt128

    package init(v4 bits: UInt32) {
        family = .v4
        self.bits = UInt128(bits)
    }

    package init(v6 bits: UInt128) {
        let isMapped = bits >> 32 == 0xffff
        family = isMapped ? .v4 : .v6
        self.bits = isMapped ? bits & 0xffff_ffff : bits
    }

    /// Reads dotted decimal, or IPv6 text (RFC 4291 section 2.2); nil for anything else.
    package init?(_ text: Span<UInt8>) {
        if let bits = parseIPv4(text) {
            self.init(v4: bits)
        } else if let bits = parseIPv6(text) {
            self.init(v6: bits)
        } else {
            return nil
        }
    }

    /// The same for a string.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span)
    }

    /// Whether the address belongs to this machine only: 127.0.0.0/8 and ::1.
    package var isLoopback: Bool { family == .v4 ? bits >> 24 == 127 : bits == 1 }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or the canonical IPv6 text of RFC 5952.
    package var description: String {
        switch family {
        case .v4: describeIPv4(UInt32(truncatingIfNeeded: bits))
        case .v6: describeIPv6((0..<8).map { UInt16((bits >> (112 - 16 * $0)) & 0xffff) })
        }
    }
}

/// At most 15 bytes, which a `String` stores without an allocation.
private func describeIPv4(_ bits: UInt32) -> String {
    unsafe String(unsafeUninitializedCapacity: 15) { text in
        var count = 0
        func append(_ byte: UInt8) {
            unsafe text[count] = byte
            count += 1
        }
        for shift in stride(from: 24, through: 0, by: -8) {
            let number = UInt8(truncatingIfNeeded: bits >> UInt32(shift))
            if number >= 100 { append(0x30 + number / 100) }
            if number >= 10 { append(0x30 + number / 10 % 10) }
            append(0x30 + number % 10)
            if shift > 0 { append(UInt8(ascii: ".")) }
        }
        return count
    }
}

/// RFC 5952: the longest run of at least two zero groups, the first among equals, becomes `::`.
private func describeIPv6(_ groups: [UInt16]) -> String {
    var longest = 0..<0
    var start = 0
    while start < groups.count {
        var end = start
        while end < groups.count, groups[end] == 0 { end += 1 }
        if end - start > max(longest.count, 1) { longest = start..<end }
        start = max(end, start + 1)
    }
    let text = { (part: ArraySlice<UInt16>) in
        part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard !longest.isEmpty else { return text(groups[...]) }
    return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
}

/// Reads four decimal numbers 0–255 without leading zeros, which some software reads as octal; nil
/// for anything else.
private func parseIPv4(_ text: Span<UInt8>) -> UInt32? {
    var bits: UInt32 = 0
    var octetCount = 0
    var start = 0
    while octetCount < 4 {
        var end = start
        while end < text.count, text[end] != UInt8(ascii: ".") { end += 1 }
        guard let octet = parseOctet(text.extracting(start..<end)) else { return nil }
        bits = bits << 8 | octet
        octetCount += 1
        guard end < text.count else { return octetCount == 4 ? bits : nil }
        start = end + 1
    }
    return nil
}

/// One number 0–255, of one to three digits.
private func parseOctet(_ text: Span<UInt8>) -> UInt32? {
    guard (1...3).contains(text.count) else { return nil }
    if text.count > 1, text[0] == UInt8(ascii: "0") { return nil }
    var value: UInt32 = 0
    for index in text.indices {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else { return nil }
        value = value * 10 + UInt32(text[index] - UInt8(ascii: "0"))
    }
    return value <= 255 ? value : nil
}

/// Reads IPv6 text (RFC 4291 section 2.2): eight groups, `::` once for a run of zeros, the last 32
/// bits optionally as IPv4; nil for anything else.
private func parseIPv6(_ text: Span<UInt8>) -> UInt128? {
    let colon = UInt8(ascii: ":")
    var groups = IPv6Groups()
    var index = 0
    if text.count >= 2, text[0] == colon, text[1] == colon {
        groups.gap = 0
        index = 2
    }
    while index < text.count {
        var end = index
        while end < text.count, text[end] != colon { end += 1 }
        let part = text.extracting(index..<end)
        if end == text.count, let tail = parseIPv4(part) {
            guard groups.append(tail >> 16), groups.append(tail & 0xffff) else { return nil }
            break
        }
        guard let group = parseGroup(part), groups.append(group) else { return nil }
        guard end < text.count else { break }
        index = end + 1
        guard index < text.count else { return nil }
        if text[index] == colon {
            guard groups.gap == nil else { return nil }
            groups.gap = groups.count
            index += 1
        }
    }
    return groups.bits
}

/// One to four hexadecimal digits.
private func parseGroup(_ text: Span<UInt8>) -> UInt32? {
    guard (1...4).contains(text.count) else { return nil }
    var value: UInt32 = 0
    for index in text.indices {
        let byte = text[index]
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - 0x30)
        case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - 0x57)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - 0x37)
        default: return nil
        }
    }
    return value
}

/// The groups read so far, and the position of `::` among them.
private struct IPv6Groups {
    private var value: UInt128 = 0
    private(set) var count = 0
    var gap: Int?

    /// Adds a group; false for a ninth one.
    mutating func append(_ group: UInt32) -> Bool {
        guard count < 8 else { return false }
        value = value << 16 | UInt128(group)
        count += 1
        return true
    }

    /// The address; nil when groups are missing, or when `::` stands for none.
    var bits: UInt128? {
        guard let gap else { return count == 8 ? value : nil }
        guard count < 8 else { return nil }
        let afterBits = UInt128(16 * (count - gap))
        let after = value & ((1 << afterBits) - 1)
        // With a gap at the very front nothing precedes it; shifting by 128 yields zero.
        let before = (value >> afterBits) << UInt128(16 * (8 - gap))
        return before | after
    }
}
