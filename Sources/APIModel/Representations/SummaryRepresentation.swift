import Payments
package import Store
import Text

/// The JSON of a summary: the payments of a period by Jakarta day and status, and by status alone.
package struct SummaryRepresentation: Encodable {
    /// The sum of amounts, in the form of SNAP BI.
    struct Money: Encodable {
        let value: String
        let currency = "IDR"

        /// - Parameter sen: the sum in hundredths of a rupiah.
        init(sen: Int128) {
            let fraction = sen % 100
            value = "\(sen / 100).\(fraction < 10 ? "0" : "")\(fraction)"
        }

        private enum CodingKeys: CodingKey { case value, currency }
    }

    /// The sums of one status, of a day or of the whole period.
    struct Sums: Encodable {
        /// Omitted in totals.
        let day: String?
        let status: String
        let count: Int64
        let amount: Money
        let feeAmount: Money
        let refundedAmount: Money

        init(_ group: SummaryGroup, hasDay: Bool) {
            day = hasDay ? JakartaTime.dayText(dayNumber: group.day) : nil
            status = group.status.word
            count = group.count
            amount = Money(sen: group.amountSen)
            feeAmount = Money(sen: group.feeSen)
            refundedAmount = Money(sen: group.refundedSen)
        }
    }

    let by: String
    @Nullable var from: String?
    @Nullable var to: String?
    let days: [Sums]
    let totals: [Sums]

    /// Makes the representation of a summary.
    ///
    /// - Parameters:
    ///   - filter: the period, and the time by which its payments were selected.
    ///   - groups: the sums, one for each day and status.
    package init(_ filter: TransactionFilter, _ groups: [SummaryGroup]) {
        by = filter.by.rawValue
        from = filter.fromMilliseconds.map { JakartaTime.textWithFraction(milliseconds: $0) }
        to = filter.toMilliseconds.map { JakartaTime.textWithFraction(milliseconds: $0) }
        let groups = groups.sorted {
            ($0.day, $0.status.rawValue) < ($1.day, $1.status.rawValue)
        }
        days = groups.map { Sums($0, hasDay: true) }
        var totals: [TransactionStatus: SummaryGroup] = [:]
        for group in groups where totals[group.status]?.add(group) == nil {
            totals[group.status] = group
        }
        self.totals = TransactionStatus.allCases.compactMap { totals[$0] }
            .map { Sums($0, hasDay: false) }
    }
}
