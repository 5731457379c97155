import Testing

@testable import Survey

@Suite struct SpreadTests {
    private func spread(_ numbers: some Sequence<Int64>) -> Spread {
        var spread = Spread()
        for number in numbers { spread.count(number) }
        return spread
    }

    @Test func `ranks are numbers that were noted`() {
        let hundred = spread((1...100).reversed())
        #expect(hundred.percentile(0) == 1)
        #expect(hundred.percentile(50) == 50)
        #expect(hundred.percentile(95) == 95)
        #expect(hundred.percentile(100) == 100)
        let three = spread([10, -20, 30])
        #expect(
            [0, 33, 34, 50, 66, 67, 95].map(three.percentile) == [-20, -20, 10, 10, 10, 30, 30]
        )
    }

    @Test func `one number is every rank, none is none`() {
        #expect([0, 50, 95, 100].map(spread([7]).percentile) == [7, 7, 7, 7])
        #expect(spread([]).percentile(50) == nil)
    }
}
