import Payments
import Testing
import Text

@testable import AlertMessages

/// What messages say.
struct AlertMessageTests {
    private func entry(
        _ id: Int64,
        reference: String? = nil,
        count: Int64 = 1,
        isResolved: Bool = false
    ) -> AlertEntry {
        AlertEntry(
            id: id,
            reference: reference,
            detail: "detail \(id)",
            count: count,
            openedMilliseconds: 1_795_316_400_000,
            resolution: isResolved
                ? .init(atMilliseconds: 1_795_316_460_500, by: "query", note: "it is paid") : nil
        )
    }

    private func message(
        _ kind: AttentionKind = .lateSuccess,
        open: Int = 0,
        resolved: Int = 0,
        _ entries: [AlertEntry]
    ) -> AlertMessage {
        AlertMessage(
            alert: "ops",
            kind: kind,
            openCount: open,
            resolvedCount: resolved,
            entries: entries,
            url: nil
        )
    }

    @Test func `one open entry is named`() {
        let message = message(open: 1, [entry(3, reference: "TRX-3", count: 4)])
        #expect(message.title == "late-success: TRX-3")
        #expect(message.detail == "detail 3 (reported 4 times)")
        #expect(message.state == .open)
    }

    @Test func `an entry about no payment is named by its kind`() {
        let message = message(.gatewayUnreachable, open: 1, [entry(3)])
        #expect(message.title == "gateway-unreachable")
        #expect(message.detail == "detail 3")
        #expect(message.reference == nil)
    }

    @Test func `a resolution names who resolved it, and what it was about`() {
        let message = message(resolved: 1, [entry(3, reference: "TRX-3", isResolved: true)])
        #expect(message.title == "Resolved: late-success: TRX-3")
        #expect(message.detail == "resolved by query: it is paid (it was: detail 3)")
        #expect(message.state == .resolved)
    }

    @Test func `many entries are one message, and only the first are described`() {
        let message = message(open: 10_000, (1...9).map { entry($0, reference: "TRX-\($0)") })
        #expect(message.title == "late-success: 10000 entries")
        let lines = message.detail.split(separator: "\n")
        #expect(lines.count == 6)
        #expect(lines.first == "TRX-1: detail 1")
        #expect(lines.last == "… and 9995 more of this kind")
        #expect(message.reference == "TRX-1")
    }

    @Test func `open and resolved entries share a message`() {
        let both = [entry(2, reference: "B"), entry(1, reference: "A", isResolved: true)]
        let message = message(open: 1, resolved: 1, both)
        #expect(message.title == "late-success: 1 new, 1 resolved")
        #expect(
            message.detail == "B: detail 2\nA: resolved by query: it is paid (it was: detail 1)"
        )
        #expect(message.state == .open)
    }

    @Test func `several resolutions are counted`() {
        let message = message(
            resolved: 2,
            [entry(1, isResolved: true), entry(2, isResolved: true)]
        )
        #expect(message.title == "Resolved: late-success: 2 entries")
    }

    @Test func `long and unprintable texts are cut and escaped`() {
        let long = AlertEntry(
            id: 1,
            reference: "a\u{7}b",
            detail: "x\ny" + String(repeating: "z", count: 1_000),
            count: 1,
            openedMilliseconds: 0
        )
        let message = message(open: 1, [long])
        #expect(message.title == "late-success: a\\u{7}b")
        #expect(message.detail.count == 300)
        #expect(message.detail.hasPrefix("x\\u{a}y"))
        #expect(!message.detail.contains("\n"))
    }

    @Test func `the default body has the documented members`() throws {
        let resolved = entry(1, reference: "A", isResolved: true)
        let message = message(open: 1, resolved: 1, [entry(2, reference: "B"), resolved])
        let text = String(decoding: message.defaultBody, as: UTF8.self)
        #expect(
            text == """
                {"alert":"ops","state":"open","kind":"late-success",\
                "title":"late-success: 1 new, 1 resolved",\
                "detail":"B: detail 2\\nA: resolved by query: it is paid (it was: detail 1)",\
                "reference":"B","url":null,"entryId":2,"openedAt":"2026-11-22T10:00:00.000+07:00",\
                "resolvedAt":null,"count":1,"openCount":1,"resolvedCount":1,"entries":[\
                {"entryId":2,"state":"open","reference":"B","detail":"detail 2",\
                "openedAt":"2026-11-22T10:00:00.000+07:00","resolvedAt":null,"count":1},\
                {"entryId":1,"state":"resolved","reference":"A",\
                "detail":"resolved by query: it is paid (it was: detail 1)",\
                "openedAt":"2026-11-22T10:00:00.000+07:00",\
                "resolvedAt":"2026-11-22T10:01:00.500+07:00","count":1}]}
                """
        )
        _ = try JSONDocument(message.defaultBody)
    }

    @Test func `a test message says that it is one`() throws {
        let message = AlertMessage(testOf: "ops", url: "http://127.0.0.1:8081/v1/attention")
        #expect(message.title == "Test of the alert ops")
        let root = try JSONDocument(message.defaultBody).root
        #expect(root["state"]?.string == "test")
        #expect(root["kind"]?.string == "test")
        #expect(root["entryId"]?.literal == "null")
        #expect(root["count"]?.literal == "0")
    }
}
