/// A row that is passed by reference from the decision to the view and the engine.
package final class Shared<Row: Sendable>: Sendable {
    package let row: Row

    package init(_ row: consuming Row) { self.row = row }
}

/// Rows of one kind by their IDs.
package struct RowTable<Row: Sendable>: Sendable {
    private var rows: [Int64: Shared<Row>] = [:]

    package init() {}

    package mutating func reserveCapacity(_ count: Int) { rows.reserveCapacity(count) }

    package subscript(number: Int64) -> Row? { rows[number]?.row }

    package var numbers: some Collection<Int64> { rows.keys }
    package var all: some Collection<Row> { rows.values.lazy.map { $0.row } }

    /// Adds or replaces a row; returns the replaced one.
    @discardableResult
    mutating func insert(_ row: Shared<Row>, at number: Int64) -> Shared<Row>? {
        rows.updateValue(row, forKey: number)
    }
}

/// A set of row IDs in ascending order; a single one, the usual case, needs no allocation.
struct RowNumbers {
    private var first: Int64?

    /// The IDs above ``first``, ascending; empty while ``first`` is nil.
    private var others: [Int64] = []

    /// All IDs, ascending.
    var all: [Int64] { first.map { [$0] + others } ?? [] }

    mutating func insert(_ number: Int64) {
        guard let first else { return self.first = number }
        if number == first { return }
        let other = max(number, first)
        self.first = min(number, first)
        let place = others.firstIndex { $0 >= other } ?? others.count
        if place == others.count || others[place] != other { others.insert(other, at: place) }
    }

    mutating func formUnion(_ numbers: RowNumbers) {
        if let number = numbers.first { insert(number) }
        for number in numbers.others { insert(number) }
    }

    mutating func remove(_ number: Int64) {
        if first == number {
            first = others.isEmpty ? nil : others.removeFirst()
        } else {
            others.removeAll { $0 == number }
        }
    }
}
