import HTTPCore
import Snap
import Support
import Testing

@testable import Notify
import Text

/// Rows 3 and 4 of the checks table.
@Suite struct CallbackHeadersTests {
    private static let names = ["X-PARTNER-ID", "X-EXTERNAL-ID", "X-TIMESTAMP", "X-SIGNATURE"]

    private func head(_ change: (inout [String]) -> Void = { _ in }) throws -> RequestHead {
        var lines = [
            "X-PARTNER-ID: CID1", "X-EXTERNAL-ID: id-1", "X-TIMESTAMP: 2026-11-22T10:00:00+07:00",
            "X-SIGNATURE: c2ln",
        ]
        change(&lines)
        return try requestHead("POST / HTTP/1.1", lines)
    }

    @Test func `four headers that are there once are complete`() throws {
        let head = try head()
        let headers = CallbackHeaders(head)
        #expect(headers.missing == nil)
        #expect(headers.partnerID.range.map { head.text($0) } == "CID1")
        #expect(headers.signature.range.map { head.text($0) } == "c2ln")
        #expect(headers.externalID(in: head)?.text == "id-1")
        #expect(headers.timestamp(in: head)?.milliseconds == 1_795_316_400_000)
    }

    @Test(arguments: 0..<4)
    func `each header has to be there, once, and not blank`(index: Int) throws {
        let name = Self.names[index]
        let absent = try head { $0.remove(at: index) }
        let repeated = try head { $0.append($0[index]) }
        let blank = try head { $0[index] = "\(name): \t " }
        for head in [absent, repeated, blank] {
            #expect(CallbackHeaders(head).missing == name)
        }
    }

    @Test func `names are found in any case, and the first missing one is named`() throws {
        let lower = try head { lines in
            lines = lines.map {
                let parts = $0.split(separator: ":", maxSplits: 1)
                return "\(parts[0].lowercased()):\(parts[1])"
            }
        }
        #expect(CallbackHeaders(lower).missing == nil)
        #expect(CallbackHeaders(try head { $0 = [] }).missing == "X-PARTNER-ID")
        #expect(CallbackHeaders(try head { $0.removeLast(3) }).missing == "X-EXTERNAL-ID")
    }

    @Test(arguments: [
        ("i", true, "one character"), (String(repeating: "i", count: 36), true, "36"),
        (String(repeating: "i", count: 37), false, "37"), ("a b", false, "a blank inside"),
        ("é", false, "not ASCII"), ("!~", true, "the ends of visible ASCII"),
    ])
    func `X-EXTERNAL-ID has 1 to 36 visible characters`(
        id: String,
        isValid: Bool,
        reason: String
    ) throws {
        let head = try head { $0[1] = "X-EXTERNAL-ID: \(id)" }
        let headers = CallbackHeaders(head)
        #expect((headers.externalID(in: head) != nil) == isValid, "\(reason)")
        #expect(headers.missing == nil, "row 3 is satisfied")
    }

    @Test(arguments: [
        ("2026-11-22T03:00:00Z", true), ("2026-11-22T10:00:00.123+07:00", true),
        ("2026-11-22 10:00:00", false), ("1795402800000", false),
    ])
    func `X-TIMESTAMP is an RFC 3339 time`(text: String, isValid: Bool) throws {
        let head = try head { $0[2] = "X-TIMESTAMP: \(text)" }
        #expect((CallbackHeaders(head).timestamp(in: head) != nil) == isValid)
    }
}
