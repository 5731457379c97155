/// One variant of a part of the string to sign, with its differences from the expected one.
struct Variant<Value: Sendable>: Sendable {
    let value: Value
    let changes: [SignatureDifference]
}

/// All variants of one part of the string to sign, grouped by their number of changes.
struct VariantLadder<Value: Hashable & Sendable>: Sendable {
    /// The variants with 0, 1 and 2 changes, by index.
    private(set) var steps: [[Variant<Value>]] = [[], [], []]
    private var seen: Set<Value> = []
    private let countMax: Int

    /// - Parameter countMax: maximum number of variants; further ones are ignored.
    init(countMax: Int) { self.countMax = countMax }

    /// Adds a variant, unless its value is present already or the ladder is full.
    ///
    /// Add variants with fewer changes first: the first entry of a value is kept.
    ///
    /// - Returns: whether the variant was added.
    @discardableResult
    mutating func add(_ value: Value, _ changes: [SignatureDifference] = []) -> Bool {
        guard changes.count < steps.count, seen.count < countMax else { return false }
        guard seen.insert(value).inserted else { return false }
        steps[changes.count].append(Variant(value: value, changes: changes))
        return true
    }

    /// Adds the alternatives of every variant, for each number of changes in turn.
    mutating func close(_ alternatives: (Value) -> [(value: Value, change: SignatureDifference)]) {
        for step in 0..<(steps.count - 1) {
            for variant in steps[step] {
                for (value, change) in alternatives(variant.value) {
                    add(value, variant.changes + [change])
                }
            }
        }
    }
}
