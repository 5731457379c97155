/// A compact multimap from 64-bit hashes to row IDs.
///
/// Uses open addressing with linear probing in two flat arrays: 16 bytes for a slot, no allocation
/// for an entry. Different keys may have equal hashes, so a caller must compare the rows it finds
/// with the reference it searched. The hashes are those of ``SeededHash``, which no sender can
/// predict.
package struct HashMultimap {
    private var keys: [UInt64]
    private var values: [Int64]
    private(set) var count = 0

    /// Marks an empty slot; ``SeededHash`` never returns it.
    private static let empty: UInt64 = 0

    /// Creates an empty multimap with room for `capacity` entries before it grows.
    package init(capacity: Int = 1_024) {
        let slots = max(16, capacity * 2).nextPowerOf2
        keys = Array(repeating: Self.empty, count: slots)
        values = Array(repeating: 0, count: slots)
    }

    /// Adds a value under `key`; existing values under the key stay.
    ///
    /// The table doubles when 70 % of its slots are in use, so a probe sequence stays short.
    package mutating func insert(_ value: Int64, for key: UInt64) {
        if (count + 1) * 10 > keys.count * 7 { grow() }
        var slot = Int(truncatingIfNeeded: key) & (keys.count - 1)
        while keys[slot] != Self.empty { slot = (slot + 1) & (keys.count - 1) }
        keys[slot] = key
        values[slot] = value
        count += 1
    }

    /// Calls `body` with every value under `key`, in no particular order.
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

    /// All entries in SQLite's order of keys, which are signed integers.
    func sorted() -> [(key: Int64, value: Int64)] {
        keys.indices.lazy
            .filter { keys[$0] != Self.empty }
            .map { (key: Int64(bitPattern: keys[$0]), value: values[$0]) }
            .sorted { $0.key < $1.key }
    }

    /// Moves all entries to a table of twice the size.
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
