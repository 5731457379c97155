import Snap
import Testing

@testable import Survey
import Text

@Suite struct FormTests {
    @Test(
        arguments: [
            ("3fa85f64-5717-4562-b3fc-2c963f66afa6", "uuid", 36),
            ("3FA85F64-5717-4562-B3FC-2C963F66AFA6", "uuid", 36),
            ("31758165311269888980939441231201", "digits", 32), ("7", "digits", 1),
            ("3fa85f64-5717-4562-b3fc-2c963f66afag", "other", 36),
            ("3fa85f645717-4562-b3fc-2c963f66afa6", "other", 35), ("ext-1", "other", 5),
            ("", "missing", 0), (nil, "missing", 0), ("é", "other", 2),
        ] as [(String?, String, Int)]
    )
    func `an X-EXTERNAL-ID has a form and a length`(id: String?, form: String, length: Int) {
        let found = ExternalIDForm(id)
        #expect((found.form, found.length) == (form, length))
    }

    @Test(
        arguments: [
            ("2026-11-22T10:00:00+07:00", "rfc3339", "+07:00", 0),
            ("2026-11-22T03:00:00Z", "rfc3339", "Z", 0),
            ("2026-11-22T10:00:00.123+07:00", "rfc3339", "+07:00", 3),
            ("2026-11-22t03:00:00.1234567z", "rfc3339", "z", 7),
            ("1795316400000", "epochMilliseconds", nil, nil),
            ("1795316400", "other", nil, nil), ("22/11/2026", "other", nil, nil),
            ("", "other", nil, nil),
        ] as [(String, String, String?, Int?)]
    )
    func `a time has a form`(text: String, form: String, offset: String?, digits: Int?) {
        let found = TimeForm("createdTime", text)
        #expect(found.form == form)
        #expect(found.offset == offset)
        #expect(found.fractionDigits == digits)
    }

    @Test(
        arguments: [
            ("\"10000.00\"", "string", 2, false), ("\"10000\"", "string", 0, false),
            ("10000.00", "number", 2, false), ("1000", "number", 0, false),
            ("1.0E7", "number", 1, true), ("1e+7", "number", 0, true),
            ("\"1e7\"", "string", 0, true), ("\"Rp 10.000\"", "string", nil, false),
            ("\"\"", "string", nil, false), ("null", "null", nil, false),
            ("{}", "object", nil, false), ("true", "boolean", nil, false),
        ] as [(String, String, Int?, Bool)]
    )
    func `an amount has a form`(
        text: String,
        type: String,
        decimals: Int?,
        exponent: Bool
    ) throws {
        let found = AmountForm(try JSONDocument(Array(text.utf8)).root)
        #expect((found.type, found.decimals, found.exponent) == (type, decimals, exponent))
    }

    @Test func `a code is shown as spelled, and nothing longer than a code`() throws {
        let spelling = { (text: String) in Spelling(try JSONDocument(Array(text.utf8)).root) }
        #expect(try spelling("\"47 \"").value == "47 ")
        #expect(try spelling("\"47 \"").type == "string")
        #expect(try spelling("0").type == "number")
        #expect(try spelling("\"1234567890123456\"").value == "1234567890123456")
        #expect(try spelling("\"12345678901234567\"").value == nil)
    }
}
