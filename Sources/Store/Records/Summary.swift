package import Payments

/// The sums of the payments of one Jakarta day that have one status.
///
/// Sums are wider than amounts: ten of the largest amounts exceed an `Int64`.
package struct SummaryGroup: Equatable, Sendable {
    /// Days since 1970-01-01 in Jakarta's calendar.
    package let day: Int

    /// The present status of the payments.
    package let status: TransactionStatus
    package var count: Int64

    /// What was paid, or else the amount of the payment, in sen.
    package var amountSen: Int128

    /// The fees that were given to generate, in sen.
    package var feeSen: Int128

    /// What was refunded, in sen.
    package var refundedSen: Int128

    package init(
        day: Int,
        status: TransactionStatus,
        count: Int64,
        amountSen: Int128,
        feeSen: Int128,
        refundedSen: Int128
    ) {
        self.day = day
        self.status = status
        self.count = count
        self.amountSen = amountSen
        self.feeSen = feeSen
        self.refundedSen = refundedSen
    }

    /// Adds the payments of another group; its day and status are ignored.
    package mutating func add(_ other: SummaryGroup) {
        count += other.count
        amountSen += other.amountSen
        feeSen += other.feeSen
        refundedSen += other.refundedSen
    }
}

/// The groups of a part of the list of transactions; a day and status can recur on other pages.
package struct SummaryPage: Equatable, Sendable {
    package let groups: [SummaryGroup]

    /// The cursor: ``TransactionFilter/before`` of the next page.
    package let next: Int64

    /// Whether there may be transactions beyond ``next``.
    package let more: Bool

    package init(groups: [SummaryGroup], next: Int64, more: Bool) {
        self.groups = groups
        self.next = next
        self.more = more
    }
}
