import Captures
import Crypto
import Support

@testable import Diagnosis

/// Faults of the body that the diagnosis names, beside those of ``ChangeTests/bodies``.
extension ChangeTests {
    private static let nested = #"{"b":[1,2],"a":{},"c":{"e":"f:g, h","d":[]}}"#

    static let layouts: [Mistake] = [
        Mistake(
            .whitespaceFree,
            "an SDK removes all white space",
            body(#"{"a": "b c\n",\#n "d": 1}"#, signed: #"{"a":"bc\n","d":1}"#)
        ),
        Mistake(
            .lineBreaks,
            "CR, LF and tabs alone",
            body("{\"a\": \"b c\",\r\n\t\"d\": 1}", signed: "{\"a\": \"b c\",\"d\": 1}")
        ),
        Mistake(
            .blankRuns,
            "runs to one",
            body("{\"a\":   \"b  c\"}", signed: "{\"a\": \"b c\"}")
        ),
        Mistake(
            .layout,
            "Python's json.dumps",
            body(nested, signed: #"{"b": [1, 2], "a": {}, "c": {"e": "f:g, h", "d": []}}"#)
        ),
        Mistake(
            .layout,
            "a space after commas",
            body(nested, signed: #"{"b":[1, 2], "a":{}, "c":{"e":"f:g, h", "d":[]}}"#)
        ),
        Mistake(
            .layout,
            "a space after colons",
            body(nested, signed: #"{"b": [1,2],"a": {},"c": {"e": "f:g, h","d": []}}"#)
        ),
        Mistake(.layout, "JSON.stringify with 2", body(nested, signed: indented("  "))),
        Mistake(.layout, "PHP's JSON_PRETTY_PRINT", body(nested, signed: indented("    "))),
        Mistake(.layout, "Go's MarshalIndent", body(nested, signed: indented("\t"))),
        Mistake(
            .layout,
            "Jackson's pretty printer",
            body(
                #"{"b":[1,2],"c":{"d":"e"}}"#,
                signed: "{\n  \"b\" : [ 1, 2 ],\n  \"c\" : {\n    \"d\" : \"e\"\n  }\n}"
            )
        ),
        Mistake(
            .layout,
            "indented is sent, compact with spaces is signed",
            body("{\n  \"a\": 1,\n  \"b\": 2\n}", signed: "{\"a\": 1, \"b\": 2}")
        ),
    ]

    /// ``nested`` with an indentation.
    private static func indented(_ indent: String) -> String {
        let two = indent + indent
        return "{\n\(indent)\"b\": [\n\(two)1,\n\(two)2\n\(indent)],\n\(indent)\"a\": {},\n"
            + "\(indent)\"c\": {\n\(two)\"e\": \"f:g, h\",\n\(two)\"d\": []\n\(indent)}\n}"
    }

    static let members: [Mistake] = [
        Mistake(
            .memberOrder,
            "sorted by a map",
            body(
                #"{"b":1,"c":[{"z":1,"y":2}],"a":{"e":1,"d":2}}"#,
                signed: #"{"a":{"d":2,"e":1},"b":1,"c":[{"y":2,"z":1}]}"#
            )
        ),
        Mistake(
            .memberOrder,
            "PHP's ksort",
            body(#"{"b":1,"c":3,"a":{"e":1,"d":2}}"#, signed: #"{"a":{"e":1,"d":2},"b":1,"c":3}"#)
        ),
        Mistake(
            .memberOrder,
            "as the gateway's page has them",
            body(
                #"{"finishedTime":"t","x":1,"amount":{"currency":"IDR","value":"1.00"},"#
                    + #""originalReferenceNo":"r"}"#,
                signed: #"{"originalReferenceNo":"r","amount":{"value":"1.00","#
                    + #""currency":"IDR"},"finishedTime":"t","x":1}"#
            )
        ),
        Mistake(
            .memberOrder,
            "reversed",
            body(#"{"b":1,"c":3,"a":2}"#, signed: #"{"a":2,"c":3,"b":1}"#)
        ),
        Mistake(
            .nullMembers,
            "null is dropped",
            body(#"{"a":null,"b":{"c":null,"d":""}}"#, signed: #"{"b":{"d":""}}"#)
        ),
        Mistake(
            .nullMembers,
            "empty strings too",
            body(#"{"a":null,"b":{"c":"x","d":""}}"#, signed: #"{"b":{"c":"x"}}"#)
        ),
        Mistake(.wrapper, "an array around it", body(#"[{"a":1}]"#, signed: #"{"a":1}"#)),
        Mistake(.wrapper, "a string of JSON", body(#""{\"a\":1}""#, signed: #"{"a":1}"#)),
        Mistake(.wrapper, "signed as a string", body(#"{"a":1}"#, signed: #""{\"a\":1}""#)),
        Mistake(.wrapper, "a form", body("data=%7B%22a%22%3A1%7D", signed: #"{"a":1}"#)),
        Mistake(.wrapper, "an object around it", body(#"{"data":{"a":1}}"#, signed: #"{"a":1}"#)),
    ]

    static let escapes: [Mistake] = [
        ("+ as .NET", #"{"t":"10:00+07:00"}"#, #"{"t":"10:00\u002B07:00"}"#),
        ("+ in lower case", #"{"t":"10:00+07:00"}"#, #"{"t":"10:00\u002b07:00"}"#),
        ("+ removed", #"{"t":"10:00\u002B07:00"}"#, #"{"t":"10:00+07:00"}"#),
        ("= as Gson", #"{"a":"b=c"}"#, #"{"a":"b\u003dc"}"#),
        ("= in capitals", #"{"a":"b=c"}"#, #"{"a":"b\u003Dc"}"#),
        ("= removed", #"{"a":"b\u003dc"}"#, #"{"a":"b=c"}"#),
        ("' alone", #"{"a":"b'c"}"#, #"{"a":"b\u0027c"}"#),
        ("' removed", #"{"a":"b\u0027c"}"#, #"{"a":"b'c"}"#),
        (
            "Gson's HTML escapes", #"{"a":"<b>&'='"}"#,
            #"{"a":"\u003cb\u003e\u0026\u0027\u003d\u0027"}"#
        ),
        ("PHP's JSON_HEX options", #"{"a":"<b>&='"}"#, #"{"a":"\u003Cb\u003E\u0026=\u0027"}"#),
        ("PHP's JSON_HEX_TAG and AMP", #"{"a":"<b>&='"}"#, #"{"a":"\u003Cb\u003E\u0026='"}"#),
        ("System.Text.Json", #"{"a":"é+<'"}"#, #"{"a":"\u00E9\u002B\u003C\u0027"}"#),
    ].map { reason, sent, signed in Mistake(.unicodeEscapes, reason, body(sent, signed: signed)) }

    static let numberForms: [Mistake] =
        [
            ("Java's Double, ten million", #"{"n":10000000}"#, #"{"n":1.0E7}"#),
            ("Java's Double with more digits", #"{"n":12345678.50}"#, #"{"n":1.23456785E7}"#),
            ("Java's Double below ten million", #"{"n":10000}"#, #"{"n":10000.0}"#),
            ("in the amount's string", #"{"value":"10000000.00"}"#, #"{"value":"1.0E7"}"#),
            ("without an exponent", #"{"n":1.0E7}"#, #"{"n":10000000}"#),
            ("without an exponent, decimals", #"{"n":1.0E7}"#, #"{"n":10000000.00}"#),
            ("two decimals", #"{"n":10000}"#, #"{"n":10000.00}"#),
            ("one decimal in a string", #"{"value":"10000.00"}"#, #"{"value":"10000.0"}"#),
            ("none in a string", #"{"value":"10000.00"}"#, #"{"value":"10000"}"#),
        ].map { reason, sent, signed in Mistake(.numberLiterals, reason, body(sent, signed: signed))
        }
        + [
            ("a number for the string", #"{"value":"10000.00"}"#, #"{"value":10000.00}"#),
            ("a string for the number", #"{"value":10000.00}"#, #"{"value":"10000.00"}"#),
        ].map { reason, sent, signed in Mistake(.numberQuotes, reason, body(sent, signed: signed)) }

    private static func bytes(
        _ sent: [UInt8],
        signed: [UInt8]
    ) -> @Sendable (inout Scene) -> Void {
        {
            $0.callback.body = sent
            $0.signedBody = signed
        }
    }

    /// `{"a":"` and `"}` around bytes.
    private static func member(_ value: [UInt8]) -> [UInt8] {
        Array(#"{"a":""#.utf8) + value + Array(#""}"#.utf8)
    }

    /// é in UTF-8.
    private static let acute: [UInt8] = [0xC3, 0xA9]

    static let charsets: [Mistake] =
        [
            ("? for each character", acute + [0x21], [0x3F, 0x21]),
            ("? for each byte", acute + [0x21], [0x3F, 0x3F, 0x21]),
            ("ISO-8859-1", acute, [0xE9]),
            ("Windows-1252", [0xE2, 0x82, 0xAC], [0x80]),
            ("ISO-8859-1 is sent", [0xE9], acute),
            ("Windows-1252 is sent", [0x80], [0xE2, 0x82, 0xAC]),
            ("UTF-8 twice", acute, [0xC3, 0x83, 0xC2, 0xA9]),
            ("UTF-8 twice by way of Windows-1252", [0xC3, 0x80], [0xC3, 0x83, 0xE2, 0x82, 0xAC]),
            ("sent as UTF-8 twice", [0xC3, 0x83, 0xC2, 0xA9], acute),
            ("sent so by way of Windows-1252", [0xC3, 0x83, 0xE2, 0x82, 0xAC], [0xC3, 0x80]),
        ].map { reason, sent, signed in
            Mistake(.charset, reason, bytes(member(sent), signed: member(signed)))
        } + [
            Mistake(.unicodeForm, "NFD", bytes(member(acute), signed: member([0x65, 0xCC, 0x81]))),
            Mistake(.unicodeForm, "NFC", bytes(member([0x65, 0xCC, 0x81]), signed: member(acute))),
        ]

    /// `{"a":"b"}`, deflated.
    private static let deflated: [UInt8] = [
        0xAB, 0x56, 0x4A, 0x54, 0xB2, 0x52, 0x4A, 0x52, 0xAA, 0x05, 0x00,
    ]
    private static let plain = Array(#"{"a":"b"}"#.utf8)

    static let compressed: [Mistake] = [
        Mistake(
            .compression,
            "gzip",
            bytes(
                [0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03] + deflated
                    + [0x9C, 0x5C, 0xF6, 0x6B, 0x09, 0x00, 0x00, 0x00],
                signed: plain
            )
        ),
        Mistake(
            .compression,
            "deflate as zlib writes it",
            bytes([0x78, 0x9C] + deflated + [0x0C, 0x70, 0x02, 0x7E], signed: plain)
        ),
        Mistake(.compression, "bare deflate", bytes(deflated, signed: plain)),
        Mistake(
            .compression,
            "gzip signed, sent plain",
            bytes(
                plain,
                signed: [0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF] + deflated
                    + [0x9C, 0x5C, 0xF6, 0x6B, 0x09, 0x00, 0x00, 0x00]
            )
        ),
        Mistake(
            .compression,
            "zlib's deflate signed, sent plain",
            bytes(plain, signed: [0x78, 0x9C] + deflated + [0x0C, 0x70, 0x02, 0x7E])
        ),
    ]
}
