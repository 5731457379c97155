import Crypto
import Payments
import Support
import Testing

@testable import Snap
import Text

struct OutboundMessageTests {
    private func intent() throws -> GenerateIntent {
        GenerateIntent(
            partnerReferenceNo: try #require(Reference("REF1234567890")),
            validityPeriod: "2024-03-01T15:16:11+07:00",
            amount: try #require(Amount(sen: 1_000_000)),
            feeAmount: try #require(Amount(sen: 0))
        )
    }

    private func stringToSign(_ path: String, _ body: [UInt8]) throws -> String {
        let timestamp = "2024-03-01T14:56:11+07:00"
        let text = StringToSign.bytes(
            path: path,
            body: body.span,
            timestamp: timestamp,
            hasher: try SHA256()
        )
        return String(decoding: text, as: UTF8.self)
    }

    @Test func `a generate request is the page's sample without its blanks`() throws {
        let body = try intent().body
        let sample = try Fixture.bytes("sample-generate.json")
        #expect(body == minified(sample.span))
        #expect(
            try stringToSign("/api/v1.0/qr/qr-mpm-generate", body)
                == "POST:/api/v1.0/qr/qr-mpm-generate:"
                + "932e08760a146993f5e67258a42b38d69a921bef693f368af7f744b1f3cbd174:"
                + "2024-03-01T14:56:11+07:00"
        )
    }

    @Test func `a query is the page's sample`() throws {
        let body = QueryRequest(
            merchantID: "MCH1234567890",
            originalPartnerReferenceNo: try intent().partnerReferenceNo
        ).body
        #expect(body == (try Fixture.bytes("sample-query.json")))
        #expect(
            try stringToSign("/api/v1.0/qr/qr-mpm-query", body)
                == "POST:/api/v1.0/qr/qr-mpm-query:"
                + "53817ef49ea27595acadaff23260d03e0a6a5584e58188a2608dd716ff287160:"
                + "2024-03-01T14:56:11+07:00"
        )
    }

    @Test func `slashes stay, and what would end a string is escaped`() throws {
        let reference = try #require(Reference(#"a/b"c\d"#))
        let body = QueryRequest(merchantID: "M", originalPartnerReferenceNo: reference).body
        let text =
            #"{"merchantId":"M","originalPartnerReferenceNo":"a/b\"c\\d","serviceCode":"47"}"#
        #expect(String(decoding: body, as: UTF8.self) == text)
        let document = try JSONDocument(body)
        #expect(document.root["originalPartnerReferenceNo"]?.string == reference.text)
    }

    @Test func `an object is written in the order of the calls`() {
        #expect(JSONObjectText().bytes == Array("{}".utf8))
        var inner = JSONObjectText()
        inner.add("n", literal: "10000.00")
        var object = JSONObjectText()
        object.add("z", "1")
        object.add("a", Optional<String>.none)
        object.add("list", [inner, JSONObjectText()])
        object.add("none", [JSONObjectText]())
        object.add("o", inner)
        let text = #"{"z":"1","a":null,"list":[{"n":10000.00},{}],"none":[],"o":{"n":10000.00}}"#
        #expect(String(decoding: object.bytes, as: UTF8.self) == text)
    }

    @Test func `a message is cut, and is never what decides`() throws {
        let long = String(repeating: "m", count: 151)
        let answer = try ServiceResponse(
            Array(#"{"responseCode":"4004701","responseMessage":"\#(long)"}"#.utf8)
        )
        #expect(answer.message.count == 150)
        #expect(answer.code == ResponseCode(.invalidFieldFormat(""), .generate))
        #expect(try ServiceResponse(Array(#"{"responseCode":"2005100"}"#.utf8)).message == "")
    }

    @Test(arguments: [
        #"{"responseCode":"2004700"}"#, #"{"responseCode":2004700}"#,
        #"{"responseCode":" 2004700 "}"#, #"{"responseCode":"\t2004700\r\n"}"#,
        "\u{FEFF}{\"responseCode\":\"2004700\"}", "\u{FEFF} \n{\"responseCode\": 2004700 }\n",
    ])
    func `a code is read through a byte order mark, blanks and a number`(_ body: String) throws {
        let answer = try ServiceResponse(Array(body.utf8))
        #expect(answer.code == ResponseCode(.successful, .generate))
    }

    @Test(arguments: [
        (#"{"referenceNo":"7"}"#, "7"), (#"{"referenceNo":7}"#, "7"),
        (#"{"referenceNo":" PAY1\t"}"#, "PAY1"),
        (
            #"{"referenceNo":123456789012345678901234567890123456}"#,
            "123456789012345678901234567890123456"
        ),
    ])
    func `a reference may be a number, whose literal is its text`(
        _ members: String,
        _ reference: String
    ) throws {
        let body = #"{"responseCode":"2004700","# + members.dropFirst()
        let answer = try GenerateResponse(ServiceResponse(Array(body.utf8)))
        #expect(answer.referenceNo.text == reference)
    }

    @Test(arguments: ["{}", "[]", "true", #""a b""#, "\"\(String(repeating: "7", count: 65))\""])
    func `a reference that is neither is malformed`(_ literal: String) {
        let body = #"{"responseCode":"2004700","referenceNo":\#(literal)}"#
        let expected = "1 to 64 visible ASCII characters"
        #expect(throws: ServiceResponseError.malformed("referenceNo", expected: expected)) {
            try GenerateResponse(ServiceResponse(Array(body.utf8)))
        }
    }

    private static let malformedCode =
        "responseCode is malformed, expected seven digits that begin with 1 to 5"

    @Test(arguments: [
        ("", "JSON: ends too early at byte 0"),
        ("<html>", "JSON: unexpected byte at byte 0"),
        ("[]", "JSON, but array, expected an object"),
        ("{}", "responseCode is missing"),
        (#"{"responseCode":null}"#, "responseCode is missing"),
        (#"{"responseCode":20047000}"#, malformedCode),
        (#"{"responseCode":2004700.0}"#, malformedCode),
        (#"{"responseCode":"2004 700"}"#, malformedCode),
        (#"{"responseCode":[2004700]}"#, malformedCode),
        ("\u{FEFF}", "JSON: ends too early at byte 0"),
        ("\u{FEFF}\u{FEFF}{}", "JSON: unexpected byte at byte 0"),
        (#"{"responseCode":"200470"}"#, malformedCode),
        (#"{"responseCode":"2009900"}"#, "responseCode 2009900 belongs to service 99"),
        (
            #"{"responseCode":"2004700","responseCode":"4004700"}"#,
            "JSON: member name repeated at byte 27"
        ),
    ])
    func `an answer without a code of ours cannot be read`(_ body: String, _ text: String) {
        let error = #expect(throws: ServiceResponseError.self) {
            try ServiceResponse(Array(body.utf8))
        }
        #expect(error?.description == text)
    }
}
