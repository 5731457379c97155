/// An X-EXTERNAL-ID: 1 to 36 bytes from `!` to `~` (contract section 4, row 4).
///
/// The gateway's page calls it a numeric string and shows UUIDs; both are taken.
package struct ExternalID: Hashable, Sendable {
    /// The id as received.
    package let text: String

    /// SNAP BI's length.
    package static let bytesMax = 36

    /// An id of the given bytes, or nil when they are none, too many or not visible ASCII.
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
