/// Numbers of rows, each once, ascending. A single one, the usual case, needs no memory of its own.
struct RowNumbers {
    private var first: Int64?

    /// Empty while ``first`` is nil.
    private var others: [Int64] = []

    /// All of them.
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
