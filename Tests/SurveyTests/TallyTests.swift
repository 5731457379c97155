import Testing

@testable import Survey

@Suite struct TallyTests {
    private func tally(_ values: [String], valuesMax: Int) -> Tally<SeenValue> {
        var tally = Tally<SeenValue>(valuesMax: valuesMax)
        for (index, value) in values.enumerated() {
            // Newest first.
            tally.count(SeenValue(value), atMilliseconds: Int64(100 - index))
        }
        return tally
    }

    private func text(_ tally: Tally<SeenValue>) -> [String] {
        tally.rows.map { row in
            "\(row.key.value) \(row.count) \(row.period.first ?? 0)-\(row.period.last ?? 0)"
        }
    }

    @Test func `values are counted with their first and last time, the frequent ones first`() {
        let tally = tally(["a", "b", "b", "c", "b", "a"], valuesMax: 10)
        #expect(text(tally) == ["b 3 96-99", "a 2 95-100", "c 1 97-97"])
        #expect(tally.unlisted == 0)
    }

    @Test func `the newest values are listed, up to the bound`() {
        #expect(text(tally(["a", "b", "a"], valuesMax: 2)) == ["a 2 98-100", "b 1 99-99"])
        let cut = tally(["a", "b", "c", "a", "c", "d"], valuesMax: 2)
        #expect(text(cut) == ["a 2 97-100", "b 1 99-99"])
        #expect(cut.unlisted == 3)
        #expect(tally(["a"], valuesMax: 0).unlisted == 1)
    }

    @Test func `a long value is cut`() {
        let max = SeenValue.charactersMax
        let x = { String(repeating: "x", count: $0) }
        #expect(SeenValue(x(max)).value == x(max))
        #expect(SeenValue(x(max + 1)).value == x(max) + "…")
    }
}
