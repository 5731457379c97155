/// The body of a callback, member by member; each value is a JSON literal. Nil leaves a member out.
package struct NotifyBody: Sendable {
    package var originalPartnerReferenceNo: String? = #""PAY12345678910""#
    package var originalReferenceNo: String? = #""TRX-MERCHANT-0001""#
    package var latestTransactionStatus: String? = #""00""#
    package var amount: String? = #"{"value":"10000.00","currency":"IDR"}"#
    package var createdTime: String? = #""2026-11-22T09:58:00+07:00""#
    package var finishedTime: String? = #""2026-11-22T10:00:00+07:00""#

    /// Further members, as text: `"name":value`.
    package var others: [String] = [#""transactionStatusDesc":"Success""#]

    package init() {}

    /// The body with one change.
    package init(_ change: (inout NotifyBody) -> Void) {
        change(&self)
    }

    /// The JSON text, without white space.
    package var bytes: [UInt8] {
        let members = [
            ("originalPartnerReferenceNo", originalPartnerReferenceNo),
            ("originalReferenceNo", originalReferenceNo),
            ("latestTransactionStatus", latestTransactionStatus),
            ("amount", amount), ("createdTime", createdTime), ("finishedTime", finishedTime),
        ]
        let present = members.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
        return Array("{\((present + others).joined(separator: ","))}".utf8)
    }
}
