/// A range of IP addresses in CIDR notation, such as `10.0.0.0/8` or `::1/128`.
package struct AddressBlock: Hashable, Sendable {
    /// The first address of the range; all bits after the prefix are zero.
    package let base: IPAddress

    /// How many leading bits an address has in common with ``base``: 0–32 or 0–128.
    package let prefixLength: Int

    /// Reads `address/length`; an address without a length is a range of one.
    package init(parsing text: String) throws(AddressBlockError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else {
            throw AddressBlockError(text: text, reason: .noAddress)
        }
        // A range of mapped addresses (`::ffff:0:0/96` and within) is a range of IPv4 addresses.
        let mapped = address.family == .v4 && parts[0].contains(":")
        let longest = mapped ? 128 : address.family.bitCount
        var length = longest
        if parts.count == 2 {
            guard let number = Self.length(parts[1]), number <= longest else {
                throw AddressBlockError(text: text, reason: .badLength(max: longest))
            }
            length = number
        }
        if mapped {
            guard length >= 96 else {
                throw AddressBlockError(text: text, reason: .badLength(max: longest))
            }
            length -= 96
        }
        guard address.bits & ~Self.mask(length, of: address.family) == 0 else {
            throw AddressBlockError(text: text, reason: .bitsAfterPrefix)
        }
        base = address
        prefixLength = length
    }

    /// Whether `address` is of the same family and within the range.
    package func contains(_ address: IPAddress) -> Bool {
        address.family == base.family
            && address.bits & Self.mask(prefixLength, of: base.family) == base.bits
    }

    private static func mask(_ length: Int, of family: IPAddress.Family) -> UInt128 {
        let all: UInt128 = family == .v4 ? 0xffff_ffff : .max
        // Shifting by the whole width yields zero: the mask of a /0.
        return all & (all << UInt128(family.bitCount - length))
    }

    /// One to three digits, no sign.
    private static func length(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }
}

extension AddressBlock: CustomStringConvertible {
    package var description: String { "\(base)/\(prefixLength)" }
}

/// Why a text is not an ``AddressBlock``; the description says what was expected.
package struct AddressBlockError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with the text.
    package enum Reason: Equatable, Sendable {
        case noAddress
        case badLength(max: Int)
        case bitsAfterPrefix
    }

    package let text: String
    package let reason: Reason

    package var description: String {
        switch reason {
        case .noAddress:
            "\"\(text)\" has no IP address; expected a form like 10.0.0.0/8 or ::1/128"
        case .badLength(let max):
            "\"\(text)\" has no valid prefix length; expected a number of bits up to \(max)"
        case .bitsAfterPrefix:
            "\"\(text)\" has address bits set after its prefix; "
                + "expected the first address of the range"
        }
    }
}
