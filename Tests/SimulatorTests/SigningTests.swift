import Crypto
import HTTPCore
import Support
import Testing

@testable import Simulator

/// What is signed and sent in place of the usual body, string and signature, byte by byte.
struct SigningTests {
    private static let body = #"{"b":"1  \u00e9/é–","a":{"value":"10000.00","n":null},"c":[1,2]}"#

    @Test(
        arguments: [
            (.usual, body),
            (.whitespaceFree, #"{"b":"1\u00e9/é–","a":{"value":"10000.00","n":null},"c":[1,2]}"#),
            (.singleBlanks, #"{"b":"1 \u00e9/é–","a":{"value":"10000.00","n":null},"c":[1,2]}"#),
            (
                .spacedSeparators,
                #"{"b": "1  \u00e9/é–", "a": {"value": "10000.00", "n": null}, "c": [1, 2]}"#
            ),
            (.trailingNewline, body + "\n"),
            (.byteOrderMark, "\u{FEFF}" + body),
            (.sorted, #"{"a":{"n":null,"value":"10000.00"},"b":"1  \u00e9/é–","c":[1,2]}"#),
            (.reversed, #"{"c":[1,2],"a":{"n":null,"value":"10000.00"},"b":"1  \u00e9/é–"}"#),
            (.withoutNulls, #"{"b":"1  \u00e9/é–","a":{"value":"10000.00"},"c":[1,2]}"#),
            (
                .asciiEscapes,
                #"{"b":"1  \u00e9/\u00e9\u2013","a":{"value":"10000.00","n":null},"c":[1,2]}"#
            ),
            (.slashEscapes, #"{"b":"1  \u00e9\/é–","a":{"value":"10000.00","n":null},"c":[1,2]}"#),
            (.exponent, #"{"b":"1  \u00e9/é–","a":{"value":"10000.0","n":null},"c":[1,2]}"#),
            (.amountAsNumber, #"{"b":"1  \u00e9/é–","a":{"value":10000.00,"n":null},"c":[1,2]}"#),
            (
                .numbersAsStrings,
                #"{"b":"1  \u00e9/é–","a":{"value":"10000.00","n":null},"c":["1","2"]}"#
            ),
            (.questionMarks, #"{"b":"1  \u00e9/??","a":{"value":"10000.00","n":null},"c":[1,2]}"#),
            (.empty, ""),
        ] as [(BodyRewrite, String)]
    )
    func `a body is written in another form`(_ form: BodyRewrite, _ expected: String) {
        let bytes = form.applied(to: Array(Self.body.utf8))
        #expect(bytes == Array(expected.utf8), "\(String(decoding: bytes, as: UTF8.self))")
    }

    @Test func `an indented body has a line for each value`() {
        let bytes = BodyRewrite.indent2.applied(to: Array(#"{"a":{"b":1},"c":[],"d":[2,3]}"#.utf8))
        let text = """
            {
              "a": {
                "b": 1
              },
              "c": [],
              "d": [
                2,
                3
              ]
            }
            """
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        let lines = BodyRewrite.noLineBreaks.applied(to: bytes)
        #expect(lines.count == bytes.count - text.count { $0 == "\n" })
    }

    @Test(arguments: [
        ("10000.00", "10000.0"), ("9999999.50", "9999999.5"), ("10000000.00", "1.0E7"),
        ("12500000.25", "1.250000025E7"),
    ])
    func `a double is written as Java does it`(_ amount: String, _ expected: String) {
        let bytes = BodyRewrite.exponent.applied(to: Array("{\"value\":\(amount)}".utf8))
        #expect(String(decoding: bytes, as: UTF8.self) == "{\"value\":\(expected)}")
    }

    @Test func `bytes beyond ASCII are those of the named encoding`() {
        let text = Array("\"é–\"".utf8)
        #expect(BodyRewrite.latin1.applied(to: text) == [0x22, 0xE9, 0x3F, 0x22])
        #expect(BodyRewrite.windows1252.applied(to: text) == [0x22, 0xE9, 0x96, 0x22])
        #expect(BodyRewrite.doubleUTF8.applied(to: [0xC3, 0xA9]) == [0xC3, 0x83, 0xC2, 0xA9])
        #expect(BodyRewrite.decomposed.applied(to: [0xC3, 0xA9]) == [0x65, 0xCC, 0x81])
        #expect(BodyRewrite.gzip.applied(to: text).starts(with: [0x1F, 0x8B]))
    }

    @Test(arguments: [
        ("+1", "2026-11-18T17:06:41+07:00"), ("-5", "2026-11-18T17:06:35+07:00"),
        ("utc", "2026-11-18T10:06:40Z"), ("no-colon", "2026-11-18T17:06:40+0700"),
        ("fraction", "2026-11-18T17:06:40.000+07:00"), ("epoch-seconds", "1794996400"),
        ("epoch-milliseconds", "1794996400000"),
    ])
    func `a time is written in another form`(_ form: String, _ expected: String) throws {
        let time = try #require(SignedTime(form))
        #expect(time.text(milliseconds: 1_794_996_400_000) == expected)
    }

    /// The values are those of `openssl dgst -hmac`.
    @Test func `an HMAC is that of OpenSSL, and of the length of its hash`() throws {
        let text = Array("text".utf8)
        #expect(
            try SignatureForm.hmacSHA256.value(of: [], over: text)
                == "aroSX0fnNGJT0Gw+MbwIqHu+DYdwJw+WTEt/upR9EMg="
        )
        let long = try SignatureForm.hmacSHA512Hex.value(of: [], over: text)
        #expect(long.count == 128)
        #expect(long.hasPrefix("67f5dcc6f039ac7e81790debfd84eb37359ebbae6d665ab8dbab42542b6bc96c"))
    }

    @Test func `a callback without these faults has the documented members only`() async throws {
        for (faults, hasMore) in [([], false), (["signed-body=sorted"], true)] {
            try await Scene.with { scene in
                try await scene.generate("T-1")
                try await scene.pay("T-1", faults: faults)
                let callback = try #require(scene.merchant.callbacks.first)
                #expect(callback.text.contains("additionalInfo") == hasMore)
                #expect(try scene.isAuthentic(callback) != hasMore)
                #expect(callback.field("Authorization") == "")
            }
        }
    }

    @Test func `a bearer token is sent when it is signed`() async throws {
        try await Scene.with { scene in
            try await scene.generate("T-1")
            try await scene.pay("T-1", faults: ["signed-string=bearer-token"])
            let callback = try #require(scene.merchant.callbacks.first)
            #expect(callback.field("Authorization") == "Bearer \(SignedString.accessToken)")
        }
    }
}
