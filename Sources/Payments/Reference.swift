/// A payment's number on one side: 1 to 64 bytes from `!` to `~`, compared as bytes, never trimmed.
package struct Reference: Hashable, Sendable {
    /// The number as received.
    package let text: String

    /// Of ``text``: computed once, since one reference is looked up many times.
    private let textHash: Int

    /// The longest reference that is accepted (gateway.md section 5: send 25, accept 64).
    package static let bytesMax = 64

    /// A reference of the given bytes, or nil when they are none, too many or not visible ASCII.
    package init?(_ bytes: Span<UInt8>) {
        guard (1...Self.bytesMax).contains(bytes.count) else { return nil }
        guard bytes.indices.allSatisfy({ (0x21...0x7E).contains(bytes[$0]) }) else { return nil }
        guard let utf8 = try? UTF8Span(validating: bytes) else { return nil }
        text = String(copying: utf8)
        textHash = text.hashValue
    }

    /// A reference of the given text, or nil when it is not one.
    package init?(_ text: String) { self.init(text.utf8.span) }
}

extension Reference {
    package static func == (one: Reference, other: Reference) -> Bool {
        one.textHash == other.textHash && one.text == other.text
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(textHash) }
}

extension Reference: CustomStringConvertible {
    package var description: String { text }
}

/// The two references of a callback, in the order in which they were received.
///
/// Which of the two is the merchant's is not known from the callback alone: Cash In's page and what
/// gateways of its family send contradict each other. Pairs are equal when they hold the same two
/// references, in whichever order.
package struct ReferencePair: Sendable {
    /// The value of `originalPartnerReferenceNo`.
    package let originalPartnerReferenceNo: Reference

    /// The value of `originalReferenceNo`.
    package let originalReferenceNo: Reference

    package init(originalPartnerReferenceNo: Reference, originalReferenceNo: Reference) {
        self.originalPartnerReferenceNo = originalPartnerReferenceNo
        self.originalReferenceNo = originalReferenceNo
    }
}

extension ReferencePair: Hashable {
    package static func == (one: ReferencePair, other: ReferencePair) -> Bool {
        other.holds(one.originalPartnerReferenceNo, one.originalReferenceNo)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(originalPartnerReferenceNo.hashValue ^ originalReferenceNo.hashValue)
    }

    /// Whether its two values are these, in either order.
    package func holds(_ first: Reference, _ second: Reference) -> Bool {
        (originalPartnerReferenceNo == first && originalReferenceNo == second)
            || (originalPartnerReferenceNo == second && originalReferenceNo == first)
    }
}
