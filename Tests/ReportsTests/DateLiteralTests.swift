import Testing
import Text

@testable import Reports

/// Dates as spreadsheets write them.
struct DateLiteralTests {
    private func literal(_ text: String) -> DateLiteral? { DateLiteral(Array(text.utf8)[...]) }

    @Test(
        arguments: [
            ("2026-11-22", "2026-11-22T00:00:00", nil),
            ("2026/11/2", "2026-11-02T00:00:00", nil),
            ("22/11/2026", "2026-11-22T00:00:00", .dayFirst),
            ("22-11-2026 14:05", "2026-11-22T14:05:00", .dayFirst),
            ("22.11.2026 14.05.11", "2026-11-22T14:05:11", .dayFirst),
            ("11/22/2026 2:05:11 PM", "2026-11-22T14:05:11", .monthFirst),
            ("11/22/2026 12:05 AM", "2026-11-22T00:05:00", .monthFirst),
            ("2026-11-22 14:05:11.123 WIB", "2026-11-22T14:05:11", nil),
            ("2026-11-22T14:05:11Z", "2026-11-22T21:05:11", nil),
            ("2026-11-22T14:05:11+07:00", "2026-11-22T14:05:11", nil),
            ("2026-11-22T14:05", "2026-11-22T14:05:00", nil),
            ("11/11/2026", "2026-11-11T00:00:00", nil),
            ("'22/11/2026", "2026-11-22T00:00:00", .dayFirst),
        ] as [(String, String, DateOrder?)]
    )
    func `a date has one reading`(text: String, expected: String, order: DateOrder?) {
        let literal = literal(text)
        guard case .one(let milliseconds)? = literal?.reading else {
            Issue.record("\(text) has not one reading")
            return
        }
        #expect(JakartaTime.text(milliseconds: milliseconds) == expected + "+07:00")
        #expect(literal?.provenOrder == order)
    }

    @Test(arguments: ["01/11/2026", "1-2-2026", "12/01/2026 10:00"])
    func `two numbers up to 12 have two readings`(text: String) {
        guard case .two? = literal(text)?.reading else {
            Issue.record("\(text) has one reading, or none")
            return
        }
    }

    @Test(arguments: [
        "", "22/11/26", "22 Nov 2026", "32/11/2026", "13/13/2026", "29/02/2026", "22/11-2026",
        "2026-11-22 25:00", "2026-11-22 14:60", "2026-11-22 14", "22/11", "2026-11-22 13:00 PM",
        "20261122", "46348", "0000-01-01", "a/b/2026",
    ])
    func `anything else is no date`(text: String) { #expect(literal(text) == nil) }
}
