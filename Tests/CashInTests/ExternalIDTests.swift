import Snap
import Testing

@testable import CashIn

struct ExternalIDTests {
    @Test(arguments: [
        (1_795_000_000_123, "1795000000123"), (5, "0000000000005"), (-1, "0000000000000"),
        (Int64.max, "2036854775807"),
    ])
    func `an id is 32 digits that begin with the time`(_ time: Int64, _ prefix: String) throws {
        let id = try ExternalID.unique(milliseconds: time).text
        #expect(id.utf8.count == 32)
        #expect(id.utf8.allSatisfy { (0x30...0x39).contains($0) })
        #expect(id.hasPrefix(prefix))
    }

    @Test func `ids of one millisecond differ`() throws {
        let ids = try (0..<1000).map { _ in try ExternalID.unique(milliseconds: 0).text }
        #expect(Set(ids).count == ids.count)
    }
}
