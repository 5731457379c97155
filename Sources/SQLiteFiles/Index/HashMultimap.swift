/// A compact map from 64-bit hashes to numbers that may hold a hash more than once.
///
/// Open addressing over two flat arrays: 16 bytes a slot, nothing allocated per entry. Equal hashes
/// of different keys are possible, so what is found must be compared with what was looked for. The
/// hashes are ``SeededHash``'s.
package struct HashMultimap {
    private var keys: [UInt64]
    private var values: [Int64]
    private(set) var count = 0

    /// Marks an empty slot; ``SeededHash`` never makes it.
    private static let empty: UInt64 = 0

    package init(capacity: Int = 1_024) {
        let slots = max(16, capacity * 2).nextPowerOf2
        keys = Array(repeating: Self.empty, count: slots)
        values = Array(repeating: 0, count: slots)
    }

    /// Adds a value under `key`, keeping those that are there.
    package mutating func insert(_ value: Int64, for key: UInt64) {
        if (count + 1) * 10 > keys.count * 7 { grow() }
        var slot = Int(truncatingIfNeeded: key) & (keys.count - 1)
        while keys[slot] != Self.empty { slot = (slot + 1) & (keys.count - 1) }
        keys[slot] = key
        values[slot] = value
        count += 1
    }

    /// Calls `body` with every value under `key`.
    package func forEach(_ key: UInt64, _ body: (Int64) -> Void) {
        forEachSlot(of: key) {
            body(values[$0])
            return true
        }
    }

    /// Calls `body` with every slot of `key` until it returns false.
    private func forEachSlot(of key: UInt64, _ body: (Int) -> Bool) {
        var slot = Int(truncatingIfNeeded: key) & (keys.count - 1)
        while keys[slot] != Self.empty {
            if keys[slot] == key, !body(slot) { return }
            slot = (slot + 1) & (keys.count - 1)
        }
    }

    /// Every entry in the order in which SQLite keeps the keys: as signed integers.
    func sorted() -> [(key: Int64, value: Int64)] {
        keys.indices.lazy
            .filter { keys[$0] != Self.empty }
            .map { (key: Int64(bitPattern: keys[$0]), value: values[$0]) }
            .sorted { $0.key < $1.key }
    }

    private mutating func grow() {
        var larger = HashMultimap(capacity: keys.count)
        for slot in keys.indices where keys[slot] != Self.empty {
            larger.insert(values[slot], for: keys[slot])
        }
        self = larger
    }
}

extension Int {
    fileprivate var nextPowerOf2: Int { 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
