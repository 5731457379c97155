import Payments
import Store
import Support
import Testing

@testable import Exports

/// Records as lines of CSV.
@Suite struct ExportColumnTests {
    private func line(_ fields: [String?]) -> String {
        var text: [UInt8] = []
        CSVText.append(fields, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    @Test(
        arguments: [
            ([], "\r\n"), (["a", nil, "b"], "a,,b\r\n"),
            (["a,b", "c\"d"], "\"a,b\",\"c\"\"d\"\r\n"),
            (["", " a "], ", a \r\n"), (["toko ☕", "é"], "toko ☕,é\r\n"),
            // What a spreadsheet would calculate.
            (["=1+1", "+62", "-1", "@A1"], "'=1+1,'+62,'-1,'@A1\r\n"),
            (["'=1", "'"], "''=1,''\r\n"), (["a=1", "1-1"], "a=1,1-1\r\n"),
            (["=HYPERLINK(\"x\",1)"], "\"'=HYPERLINK(\"\"x\"\",1)\"\r\n"),
            (["=\u{301}1"], "'=\u{301}1\r\n"),
            // What would break or disguise a line.
            (["a\nb", "\r=1", "\t=1"], "a\\u{a}b,\\u{d}=1,\\u{9}=1\r\n"),
            (
                ["\u{202e}gpj", "\u{1b}[2J", "\u{feff}=1"],
                "\\u{202e}gpj,\\u{1b}[2J,\\u{feff}=1\r\n"
            ),
        ] as [([String?], String)]
    )
    func `a line has what it is given, and nothing to calculate`(
        fields: [String?],
        expected: String
    ) {
        #expect(line(fields) == expected)
    }

    @Test func `a payment has its fields in stable columns`() throws {
        let record = TransactionRecord(
            id: 1,
            partnerReferenceNo: "-TRX-1",
            referenceNo: "0012",
            status: .success,
            latestStatus: .success,
            amount: Amount(sen: 1_000_050),
            paidAmount: Amount(sen: 1_000_050),
            refundedAmount: nil,
            origin: .notify,
            isCorroborated: true,
            rolesAssumed: false,
            paidAt: GatewayTime(text: "=NOW()", milliseconds: nil),
            createdMilliseconds: 1_795_316_400_999,
            updatedMilliseconds: 1_795_366_800_000,
            lastSequence: 7,
            lastQuery: nil
        )
        var text: [UInt8] = []
        TransactionRecord.exportColumns.appendTitles(to: &text)
        TransactionRecord.exportColumns.append(record, to: &text)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\r\n")
        #expect(
            lines == [
                """
                partnerReferenceNo,referenceNo,status,latestTransactionStatus,amount (IDR),\
                feeAmount (IDR),paidAmount (IDR),refundedAmount (IDR),origin,paidAt (+07:00),\
                paidAtText,createdAt (+07:00),updatedAt (+07:00),lastSequence
                """,
                """
                '-TRX-1,0012,success,00,10000.50,,10000.50,,notify,,'=NOW(),2026-11-22 10:00:00,\
                2026-11-23 00:00:00,7
                """,
            ]
        )
    }

    @Test func `a transition has its fields in stable columns`() throws {
        let record = TransitionRecord(
            sequence: 17,
            partnerReferenceNo: "TRX-1",
            referenceNo: nil,
            from: nil,
            to: .success,
            latestStatus: .success,
            amount: Amount(sen: 100),
            source: .operator,
            externalID: "3fa8",
            callbackID: 99,
            paidAt: GatewayTime(
                text: "2026-11-22T10:00:00+07:00",
                milliseconds: 1_795_316_400_000
            ),
            recordedMilliseconds: 1_795_316_401_000,
            operatorName: "ops",
            note: "said \"paid\", by phone"
        )
        var text: [UInt8] = []
        TransitionRecord.exportColumns.appendTitles(to: &text)
        TransitionRecord.exportColumns.append(record, to: &text)
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\r\n")
        #expect(
            lines == [
                """
                sequence,partnerReferenceNo,referenceNo,from,to,latestTransactionStatus,\
                amount (IDR),source,externalId,callbackId,paidAt (+07:00),paidAtText,\
                recordedAt (+07:00),operator,note
                """,
                """
                17,TRX-1,,,success,00,1.00,operator,3fa8,99,2026-11-22 10:00:00,\
                2026-11-22T10:00:00+07:00,2026-11-22 10:00:01,ops,"said ""paid"", by phone"
                """,
            ]
        )
    }

    @Test func `every column is explained`() throws {
        let page = try Fixture.page("deploy/MONTH-END.md")
        let titles =
            TransactionRecord.exportColumns.map(\.title)
            + TransitionRecord.exportColumns.map(\.title)
        for title in titles { #expect(page.contains("`\(title)`"), "\(title)") }
    }
}
