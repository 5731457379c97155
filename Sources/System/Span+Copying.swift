extension Span<UInt8> {
    /// The bytes as an array of their own, copied at once.
    package func array() -> [UInt8] {
        unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }
}

extension [UInt8] {
    /// Appends the bytes at once.
    package mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
