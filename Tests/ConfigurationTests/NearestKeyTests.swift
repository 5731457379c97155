import Commands
import Text
import Testing

@testable import Configuration

struct NearestKeyTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "abc", 3), ("listen", "lisen", 1), ("listen", "lsiten", 1),
        ("publicUrl", "publicURL", 0), ("kitten", "sitting", 3),
    ])
    func `the distance counts slips of the pen`(_ first: String, _ second: String, _ count: Int) {
        #expect(editDistance(first, second) == count)
        #expect(editDistance(second, first) == count)
    }

    @Test(arguments: [
        ("notify.lisen", "notify.listen", "a letter left out"),
        ("internal.lisen", "internal.listen", "the same name in two sections"),
        ("notfy", "notify", "a section"),
        ("notify.rejectedKept", "storage.rejectedKept", "a key in the wrong section"),
        ("cashIn.clientID", "cashIn.clientId", "another case"),
        ("limits.bodyByte", "limits.bodyBytes", "not the one of internal.limits"),
    ])
    func `the nearest key is the one meant`(_ unknown: String, _ meant: String, _ reason: String) {
        #expect(nearestKey(to: unknown, among: Configuration.knownKeys) == meant, "\(reason)")
    }
}
