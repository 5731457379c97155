import Testing

@testable import InternalAPI

/// Which of many equal events are logged.
struct LinePaceTests {
    @Test func `the first is logged, then one for each pause, with their number`() {
        var limit = LinePace(pauseNanoseconds: 60)
        #expect(limit.add(atNanoseconds: 1_000) == 1)
        #expect(limit.add(atNanoseconds: 1_000) == nil)
        #expect(limit.add(atNanoseconds: 1_059) == nil)
        #expect(limit.add(atNanoseconds: 999) == nil, "reported late")
        #expect(limit.add(atNanoseconds: 1_060) == 4)
        #expect(limit.add(atNanoseconds: 1_119) == nil)
        #expect(limit.add(atNanoseconds: 9_999) == 2)
    }
}
