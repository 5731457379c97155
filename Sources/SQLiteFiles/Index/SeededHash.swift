/// The keyed hash of references and X-EXTERNAL-IDs, for ``HashMultimap`` and the index file.
///
/// It is SipHash-1-3 with a seed that is created with the database. Without a secret, the sender of
/// authentic callbacks could choose references with equal hashes, and each search would have to
/// compare all of them. Rust, Ruby and Python use SipHash-1-3 for their hash tables.
package struct SeededHash: Sendable {
    private let function: SipHash<1, 3>

    /// The length of a seed in bytes.
    package static let seedBytes = 16

    /// - Parameter seed: ``seedBytes`` random bytes.
    init(seed: [UInt8]) { function = SipHash(key: seed) }

    /// The hash of `bytes`; never 0.
    package func key(for bytes: Span<UInt8>) -> UInt64 { Self.slotKey(function.hash(bytes)) }

    /// The hash of the text's UTF-8 bytes; never 0.
    package func key(for text: String.UTF8View) -> UInt64 { key(for: text.span) }

    /// 1 in place of 0, which marks an empty slot in ``HashMultimap``.
    static func slotKey(_ hash: UInt64) -> UInt64 { hash == 0 ? 1 : hash }
}

/// SipHash-c-d (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
///
/// The numbers of rounds are parameters of the type, so that the published test vectors, which are
/// for SipHash-2-4, also check the code that computes SipHash-1-3.
struct SipHash<let compressionRounds: Int, let finalizationRounds: Int>: Sendable {
    private let key: (UInt64, UInt64)

    /// - Parameter key: 16 bytes.
    init(key: [UInt8]) {
        precondition(key.count == 16, "SipHash takes a key of 16 bytes")
        self.key = (key.span.word(at: 0), key.span.word(at: 8))
    }

    /// The hash of `bytes`.
    func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var state = SipState(key: key)
        let wordBytes = bytes.count & ~7
        var offset = 0
        while offset < wordBytes {
            compress(bytes.word(at: offset), into: &state)
            offset += 8
        }
        // The last word holds the remaining bytes, and the length in its highest byte.
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        var shift: UInt64 = 0
        while offset < bytes.count {
            last |= UInt64(bytes[offset]) &<< shift
            offset += 1
            shift += 8
        }
        compress(last, into: &state)
        state.v2 ^= 0xFF
        for _ in 0..<finalizationRounds { state.round() }
        return state.v0 ^ state.v1 ^ state.v2 ^ state.v3
    }

    private func compress(_ word: UInt64, into state: inout SipState) {
        state.v3 ^= word
        for _ in 0..<compressionRounds { state.round() }
        state.v0 ^= word
    }
}

/// The four words of state, named as in the paper.
private struct SipState {
    var v0: UInt64
    var v1: UInt64
    var v2: UInt64
    var v3: UInt64

    init(key: (UInt64, UInt64)) {
        v0 = key.0 ^ 0x736F_6D65_7073_6575
        v1 = key.1 ^ 0x646F_7261_6E64_6F6D
        v2 = key.0 ^ 0x6C79_6765_6E65_7261
        v3 = key.1 ^ 0x7465_6462_7974_6573
    }

    mutating func round() {
        v0 &+= v1
        v1 = v1.rotated(left: 13) ^ v0
        v0 = v0.rotated(left: 32)
        v2 &+= v3
        v3 = v3.rotated(left: 16) ^ v2
        v0 &+= v3
        v3 = v3.rotated(left: 21) ^ v0
        v2 &+= v1
        v1 = v1.rotated(left: 17) ^ v2
        v2 = v2.rotated(left: 32)
    }
}

extension UInt64 {
    fileprivate func rotated(left count: UInt64) -> UInt64 { self << count | self >> (64 - count) }
}

extension Span<UInt8> {
    /// The eight bytes at `offset` as a little-endian number.
    ///
    /// Written out, after one check of the bounds: the compiler then combines the eight loads into
    /// one.
    @inline(__always)
    fileprivate func word(at offset: Int) -> UInt64 {
        let bytes = extracting(offset..<offset &+ 8)
        let low =
            UInt64(bytes[0]) | UInt64(bytes[1]) << 8 | UInt64(bytes[2]) << 16
            | UInt64(bytes[3]) << 24
        let high =
            UInt64(bytes[4]) | UInt64(bytes[5]) << 8 | UInt64(bytes[6]) << 16
            | UInt64(bytes[7]) << 24
        return low | high << 32
    }
}
