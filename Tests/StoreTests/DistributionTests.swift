import Testing

@testable import Store

@Suite struct DistributionTests {
    @Test func `a value counts up to and including its bound`() {
        var distribution = Distribution([1, 10])
        for value in [0, 1, 2, 10, 11] as [UInt64] { distribution.add(value) }
        #expect(distribution.counts == [2, 2, 1])
        #expect(distribution.sum == 24)
    }
}
