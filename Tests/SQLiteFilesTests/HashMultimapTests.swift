import Testing

@testable import SQLiteFiles

@Suite struct HashMultimapTests {
    private static let hash = SeededHash(seed: [UInt8](repeating: 7, count: 16))

    private func values(_ map: HashMultimap, _ key: UInt64) -> [Int64] {
        var values: [Int64] = []
        map.forEach(key) { values.append($0) }
        return values
    }

    @Test func `everything inserted is found while the map grows`() {
        var map = HashMultimap(capacity: 1)
        let keys = (0..<5_000).map { Self.hash.key(for: "reference-\($0)".utf8) }
        for (value, key) in keys.enumerated() {
            map.insert(Int64(value), for: key)
            #expect(map.count == value + 1)
        }
        for (value, key) in keys.enumerated() { #expect(values(map, key) == [Int64(value)]) }
        #expect(values(map, Self.hash.key(for: "another".utf8)).isEmpty)
    }

    @Test func `values under one key are kept in order of insertion, also when the map grows`() {
        var map = HashMultimap(capacity: 1)
        for value in 0..<1_000 {
            map.insert(Int64(value), for: 7)
            map.insert(Int64(-value), for: UInt64(value) + 100)
        }
        #expect(values(map, 7) == (0..<1_000).map { Int64($0) })
    }

    @Test func `keys that share a slot are told apart`() {
        var map = HashMultimap(capacity: 8)
        // 16 slots: these keys differ above the lowest four bits only.
        for high in 1...5 { map.insert(Int64(high), for: UInt64(high) << 4 | 15) }
        for high in 1...5 { #expect(values(map, UInt64(high) << 4 | 15) == [Int64(high)]) }
        #expect(values(map, 6 << 4 | 15).isEmpty)
    }

    @Test func `sorted entries have the order of signed integers, as SQLite sorts keys`() {
        var map = HashMultimap()
        let keys: [UInt64] = [1, .max, 1 << 63, (1 << 63) - 1, 2]
        for (value, key) in keys.enumerated() { map.insert(Int64(value), for: key) }
        let sorted = map.sorted()
        #expect(sorted.map(\.key) == [.min, -1, 1, 2, .max])
        #expect(sorted.map(\.value) == [2, 1, 0, 4, 3])
        #expect(HashMultimap().sorted().isEmpty)
    }
}
