import Payments
import Testing

@testable import Store

/// Changes of what is stored about an alert.
struct AlertChangeTests {
    @Test func `a long change has parts of bounded size, the message in the last`() {
        var change = AlertChange(alert: "ops")
        #expect(change.isEmpty)
        #expect(change.parts(ofEntries: 2).isEmpty)
        change.added = [1, 2, 3]
        change.reported = [4]
        change.removed = [5, 6]
        change.message = AlertChange.Message(kind: .diskLow, sentMilliseconds: 7)
        #expect(!change.isEmpty)
        let parts = change.parts(ofEntries: 2)
        #expect(parts.map(\.added) == [[1, 2], [3], [], []])
        #expect(parts.map(\.reported) == [[], [], [4], []])
        #expect(parts.map(\.removed) == [[], [], [], [5, 6]])
        #expect(parts.map { $0.message != nil } == [false, false, false, true])
        #expect(parts.allSatisfy { $0.alert == "ops" })
    }

    @Test func `a message alone is one part`() {
        var change = AlertChange(alert: "ops")
        change.message = AlertChange.Message(kind: .diskLow, sentMilliseconds: 7)
        #expect(change.parts(ofEntries: 2) == [change])
    }
}
