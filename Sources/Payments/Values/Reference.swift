/// A payment's number, the merchant's or the gateway's: 1 to 64 visible ASCII bytes.
///
/// Compared as bytes and never trimmed, so that no normalisation joins two payments.
package struct Reference: Hashable, Sendable {
    /// The number as received.
    package let text: String

    /// The hash of ``text``, computed once because one reference is looked up many times.
    private let textHash: Int

    /// The longest accepted reference; generate sends at most 25 bytes (article Gateway).
    package static let bytesMax = 64

    /// Creates a reference; nil when `bytes` are empty, too many or not visible ASCII.
    package init?(_ bytes: Span<UInt8>) {
        guard (1...Self.bytesMax).contains(bytes.count) else { return nil }
        guard bytes.indices.allSatisfy({ (0x21...0x7E).contains(bytes[$0]) }) else { return nil }
        guard let utf8 = try? UTF8Span(validating: bytes) else { return nil }
        text = String(copying: utf8)
        textHash = text.hashValue
    }

    /// Creates a reference of the given text; nil when the text is not a valid one.
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
/// A callback alone does not tell which of the two is the merchant's: Cash In's documentation and
/// the behaviour of related gateways contradict each other (article Gateway). Therefore pairs are
/// equal when they contain the same two references, in either order.
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

    /// Whether the pair consists of these two references, in either order.
    package func holds(_ first: Reference, _ second: Reference) -> Bool {
        (originalPartnerReferenceNo == first && originalReferenceNo == second)
            || (originalPartnerReferenceNo == second && originalReferenceNo == first)
    }
}

/// Which of a callback's two references is the merchant's.
package enum ReferenceOrder: UInt8, CaseIterable, Sendable {
    /// `originalReferenceNo` is the merchant's: the notify table of Cash In's documentation.
    case cashIn = 0
    /// `originalPartnerReferenceNo` is the merchant's: SNAP BI, and what DANA sends.
    case snap = 1

    /// The merchant's reference of `pair` under this order.
    package func merchant(of pair: ReferencePair) -> Reference {
        self == .snap ? pair.originalPartnerReferenceNo : pair.originalReferenceNo
    }

    /// The gateway's reference of `pair` under this order.
    package func gateway(of pair: ReferencePair) -> Reference {
        self == .snap ? pair.originalReferenceNo : pair.originalPartnerReferenceNo
    }
}
