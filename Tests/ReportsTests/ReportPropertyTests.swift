import Payments
import Support
import Testing
import Text

@testable import Reports

/// Reports written in every dialect and read again.
struct ReportPropertyTests {
    /// How a spreadsheet writes a report.
    private struct Dialect {
        let separator: ReportSeparator
        let mark: DecimalMark
        let hasThousands: Bool
        let lineEnd: String
        let order: DateOrder
        let isQuoted: Bool
        let hasMark: Bool

        init(using random: inout SplitMix64) {
            separator = ReportSeparator.allCases.randomElement(using: &random) ?? .comma
            mark = DecimalMark.allCases.randomElement(using: &random) ?? .comma
            hasThousands = Bool.random(using: &random)
            lineEnd = ["\n", "\r\n", "\r"].randomElement(using: &random) ?? "\n"
            order = DateOrder.allCases.randomElement(using: &random) ?? .dayFirst
            isQuoted = Bool.random(using: &random)
            hasMark = Bool.random(using: &random)
        }

        func money(_ sen: Int64) -> String {
            var digits = String(sen.magnitude / 100)
            if hasThousands {
                var groups: [String] = []
                while digits.count > 3 {
                    groups.insert(String(digits.suffix(3)), at: 0)
                    digits.removeLast(3)
                }
                digits = ([digits] + groups).joined(separator: mark == .comma ? "." : ",")
            }
            let rest = sen.magnitude % 100
            let text = "\(digits)\(mark == .comma ? "," : ".")\(rest < 10 ? "0" : "")\(rest)"
            return sen < 0 ? "(\(text))" : text
        }

        func date(_ milliseconds: Int64) -> String {
            let text = JakartaTime.text(milliseconds: milliseconds)
            let parts = text.prefix(10).split(separator: "-")
            let date =
                order == .dayFirst
                ? "\(parts[2])/\(parts[1])/\(parts[0])" : "\(parts[1])/\(parts[2])/\(parts[0])"
            return "\(date) \(text.dropFirst(11).prefix(8))"
        }

        func line(_ fields: [String]) -> String {
            let texts = fields.map { field in
                let isSpecial = field.contains { "\"\r\n,;\t".contains($0) || $0 == "\r\n" }
                guard isQuoted || isSpecial else { return field }
                return "\"" + field.replacing("\"", with: "\"\"") + "\""
            }
            return texts.joined(separator: String(UnicodeScalar(separator.byte))) + lineEnd
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `what is written in any dialect is read again`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let dialect = Dialect(using: &random)
        let names = ["Toko \"A\"", "a;b,c\td", "two\r\nlines", "", "x", "Total; semua"]
        var text = dialect.hasMark ? "\u{feff}" : ""
        text += dialect.line(["Laporan", "", "", "", ""])
        text += dialect.line(["Nama", "Ref No", "Jumlah (IDR)", "Biaya", "Waktu"])
        var expected: [ReportedPayment] = []
        for index in 0..<Int.random(in: 1...40, using: &random) {
            let sen = Int64.random(in: -9_999_999...9_999_999_999, using: &random)
            let fee = Int64.random(in: 0...999_999, using: &random)
            let milliseconds =
                1_793_800_000_000 + Int64.random(in: 0..<40_000, using: &random) * 60_000
            let reference = try #require(Reference("TRX-\(index)"))
            expected.append(
                ReportedPayment(
                    line: 0,
                    reference: reference,
                    amount: ReportedMoney(sen: sen),
                    fee: ReportedMoney(sen: fee),
                    milliseconds: milliseconds / 1_000 * 1_000
                )
            )
            text += dialect.line([
                names.prefix(5).randomElement(using: &random) ?? "", reference.text,
                dialect.money(sen), dialect.money(fee), dialect.date(milliseconds),
            ])
            if index.isMultiple(of: 7) { text += dialect.lineEnd }
        }
        var reading = ReportReading(
            columns: ColumnSelection(
                reference: .title("ref no"),
                amount: .title("Jumlah (IDR)"),
                fee: .number(4),
                date: .title("waktu")
            )
        )
        reading.dateOrder = dialect.order
        let report = try Report(csv: Array(text.utf8), reading)
        let found = report.payments.map { payment in
            ReportedPayment(
                line: 0,
                reference: payment.reference,
                amount: payment.amount,
                fee: payment.fee,
                milliseconds: payment.milliseconds
            )
        }
        #expect(found == expected)
    }

    /// Bytes that are no report must give a problem, never a trap.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func `any bytes are read or refused`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("\"\r\n,;\t.-()Rp0123456789 AE+'=/\u{a0}".utf8) + [0, 0xFF]
        var bytes = Array("Reference;Amount;Fee;Date\n".utf8)
        for _ in 0..<Int.random(in: 0...200, using: &random) {
            bytes.append(alphabet.randomElement(using: &random) ?? 0)
        }
        var reading = ReportReading.example
        reading.columns.fee = .title("Fee")
        reading.columns.date = .title("Date")
        _ = try? Report(csv: bytes, reading)
    }
}
