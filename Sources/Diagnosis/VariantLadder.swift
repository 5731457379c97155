/// One way to write a part of the string to sign, and what it changes about the expected one.
struct Variant<Value: Sendable>: Sendable {
    let value: Value
    let changes: [Change]
}

/// All ways to write one part of the string to sign, by the number of their changes.
struct VariantLadder<Value: Hashable & Sendable>: Sendable {
    /// Index 0: as expected; 1: with one change; 2: with two.
    private(set) var steps: [[Variant<Value>]] = [[], [], []]
    private var seen: Set<Value> = []
    private let countMax: Int

    /// - Parameter countMax: how many variants are taken; further ones are left out.
    init(countMax: Int) { self.countMax = countMax }

    /// Takes a variant, unless the same value is there with fewer changes or there are too many.
    @discardableResult
    mutating func add(_ value: Value, _ changes: [Change] = []) -> Bool {
        guard changes.count < steps.count, seen.count < countMax else { return false }
        guard seen.insert(value).inserted else { return false }
        steps[changes.count].append(Variant(value: value, changes: changes))
        return true
    }

    /// Adds what `alternatives` makes of every variant, step by step.
    mutating func close(_ alternatives: (Value) -> [(value: Value, change: Change)]) {
        for step in 0..<(steps.count - 1) {
            for variant in steps[step] {
                for (value, change) in alternatives(variant.value) {
                    add(value, variant.changes + [change])
                }
            }
        }
    }
}
