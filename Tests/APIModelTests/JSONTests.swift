import HTTPCore
import Testing

@testable import APIModel

/// Outbound JSON.
@Suite struct JSONTests {
    private struct Value: Encodable {
        @Nullable var b: Int?
        @Nullable var a: String?
        let c: String?
    }

    private func text(_ value: some Encodable) -> String {
        String(decoding: JSON.encode(value), as: UTF8.self)
    }

    @Test func `a nullable member is always there, in the order of names`() {
        #expect(text(Value(b: nil, a: nil, c: nil)) == #"{"a":null,"b":null}"#)
        #expect(text(Value(b: 1, a: "x", c: "y")) == #"{"a":"x","b":1,"c":"y"}"#)
    }

    @Test func `slashes stay, quotes and controls are escaped`() {
        #expect(text(["a/\"\u{1}é"]) == #"["a/\"\u0001é"]"#)
    }

    @Test func `answers of the moment are not stored`() {
        let response = JSON.response([1])
        let lines = String(decoding: response.fieldLines, as: UTF8.self)
        #expect(lines == "Content-Type: application/json\r\nCache-Control: no-store\r\n")
        #expect(response.status == .ok)
    }
}
