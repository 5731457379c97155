extension Span<UInt8> {
    /// Whether both hold the same bytes.
    package func isEqual(to other: Span<UInt8>) -> Bool {
        count == other.count && indices.allSatisfy { self[$0] == other[$0] }
    }
}
