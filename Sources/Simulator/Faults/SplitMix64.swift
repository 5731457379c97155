/// A random number generator that gives the same numbers for the same seed; not for secrets.
///
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// `count` random decimal digits.
    mutating func digits(_ count: Int) -> String {
        String((0..<count).map { _ in Character(String(Int.random(in: 0...9, using: &self))) })
    }

    /// A UUID (RFC 9562, version 4), the form of X-EXTERNAL-ID in the gateway's samples.
    mutating func uuid() -> String {
        let digits = (0..<32).map { place in
            switch place {
            case 12: 4
            case 16: Int.random(in: 8...11, using: &self)
            default: Int.random(in: 0...15, using: &self)
            }
        }
        return digits.enumerated().map { place, digit in
            ([8, 12, 16, 20].contains(place) ? "-" : "") + String(digit, radix: 16)
        }.joined()
    }
}
