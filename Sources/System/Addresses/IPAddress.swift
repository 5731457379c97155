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
    var text = ""
    for shift in stride(from: 24, through: 0, by: -8) {
        text += String((bits >> UInt32(shift)) & 0xff)
        if shift > 0 { text += "." }
    }
    return text
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
