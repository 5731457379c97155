import Payments
package import Store
import Text

/// A column of an export: its title, and its field in a record.
package struct ExportColumn<Record>: Sendable {
    /// The name of the member in the API's JSON; amounts have their currency and times their zone
    /// after it.
    package let title: String
    fileprivate let field: @Sendable (Record) -> String?

    init(_ title: String, _ field: @escaping @Sendable (Record) -> String?) {
        self.title = title
        self.field = field
    }

    /// A column of times, as `yyyy-MM-dd HH:mm:ss` in Jakarta.
    fileprivate static func time(
        _ title: String,
        _ milliseconds: @escaping @Sendable (Record) -> Int64?
    ) -> ExportColumn {
        ExportColumn(title + " (+07:00)") { record in
            milliseconds(record).map {
                let text = JakartaTime.text(milliseconds: $0)
                return text.prefix(10) + " " + text.dropFirst(11).prefix(8)
            }
        }
    }

    /// A column of amounts, as `10000.00`.
    fileprivate static func amount(
        _ title: String,
        _ amount: @escaping @Sendable (Record) -> Amount?
    ) -> ExportColumn {
        ExportColumn(title + " (IDR)") { amount($0)?.description }
    }
}

extension Array {
    /// Appends the line of titles.
    package func appendTitles<Record>(to text: inout [UInt8])
    where Element == ExportColumn<Record> {
        CSVText.append(map(\.title), to: &text)
    }

    /// Appends the line of a record.
    package func append<Record>(_ record: Record, to text: inout [UInt8])
    where Element == ExportColumn<Record> {
        CSVText.append(map { $0.field(record) }, to: &text)
    }
}

extension TransactionRecord {
    /// The columns of an export of payments. New ones are added at the end only.
    package static let exportColumns: [ExportColumn<TransactionRecord>] = [
        ExportColumn("partnerReferenceNo") { $0.partnerReferenceNo },
        ExportColumn("referenceNo") { $0.referenceNo },
        ExportColumn("status") { $0.status.word },
        ExportColumn("latestTransactionStatus") { $0.latestStatus?.code },
        .amount("amount") { $0.amount },
        .amount("feeAmount") { $0.generation?.feeAmount },
        .amount("paidAmount") { $0.paidAmount },
        .amount("refundedAmount") { $0.refundedAmount },
        ExportColumn("origin") { $0.origin.word },
        .time("paidAt") { $0.paidAt?.milliseconds },
        ExportColumn("paidAtText") { $0.paidAt?.text },
        .time("createdAt") { $0.createdMilliseconds },
        .time("updatedAt") { $0.updatedMilliseconds },
        ExportColumn("lastSequence") { "\($0.lastSequence)" },
    ]
}

extension TransitionRecord {
    /// The columns of an export of transitions. New ones are added at the end only.
    package static let exportColumns: [ExportColumn<TransitionRecord>] = [
        ExportColumn("sequence") { "\($0.sequence)" },
        ExportColumn("partnerReferenceNo") { $0.partnerReferenceNo },
        ExportColumn("referenceNo") { $0.referenceNo },
        ExportColumn("from") { $0.from?.word },
        ExportColumn("to") { $0.to.word },
        ExportColumn("latestTransactionStatus") { $0.latestStatus.code },
        .amount("amount") { $0.amount },
        ExportColumn("source") { $0.source.word },
        ExportColumn("externalId") { $0.externalID },
        ExportColumn("callbackId") { record in record.callbackID.map { "\($0)" } },
        .time("paidAt") { $0.paidAt?.milliseconds },
        ExportColumn("paidAtText") { $0.paidAt?.text },
        .time("recordedAt") { $0.recordedMilliseconds },
        ExportColumn("operator") { $0.operatorName },
        ExportColumn("note") { $0.note },
    ]
}

/// What an export contains; the raw value is the word of the API.
package enum ExportSubject: String, CaseIterable, Sendable {
    case payments, transitions
}
