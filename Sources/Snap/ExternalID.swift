/// An X-EXTERNAL-ID: 1 to 36 bytes from `!` to `~` (article Checks, row 4).
///
/// The gateway's page calls it a numeric string and shows UUIDs; both are accepted.
package struct ExternalID: Hashable, Sendable {
    /// The ID as received.
    package let text: String

    /// The length that SNAP BI specifies.
    package static let bytesMax = 36

    /// The ID of these bytes; nil when there are none, too many, or one is not visible ASCII.
    package init?(_ bytes: Span<UInt8>) {
        guard (1...Self.bytesMax).contains(bytes.count) else { return nil }
        for index in bytes.indices {
            guard (0x21...0x7E).contains(bytes[index]) else { return nil }
        }
        text = String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
}

extension ExternalID: CustomStringConvertible {
    package var description: String { text }
}
