import System

/// Bytes that were received and not yet processed; allocates no memory while empty.
struct Backlog {
    /// The unprocessed bytes are those from ``start`` on.
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

    /// Drops the first `count` bytes.
    mutating func drop(_ count: Int) {
        start += count
        precondition(start <= storage.count, "no more is dropped than there was")
        if isEmpty { self = Backlog() }
    }
}
