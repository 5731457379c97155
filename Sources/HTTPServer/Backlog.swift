import Sockets

/// Bytes that were received and not used yet. Holds no memory while it is empty.
struct Backlog {
    /// The bytes are those from ``start``.
    private(set) var storage: [UInt8] = []
    private(set) var start = 0

    var isEmpty: Bool { start == storage.count }

    mutating func append(_ bytes: Span<UInt8>) {
        if start > 0 {
            storage.removeFirst(start)
            start = 0
        }
        storage.append(bytes)
    }

    /// Forgets the first `count` bytes.
    mutating func drop(_ count: Int) {
        start += count
        if isEmpty { self = Backlog() }
    }
}
