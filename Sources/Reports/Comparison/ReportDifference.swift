/// A difference between the gateway's report and the payments recorded here.
package struct ReportDifference: Equatable, Sendable {
    /// What differs; the raw value is the word of the API.
    package enum Kind: String, CaseIterable, Sendable {
        /// The report has a payment that is not recorded here.
        case onlyThere

        /// A payment of the period is paid here, and not in the report.
        case onlyHere

        /// The report has a payment that is not paid here.
        case notPaidHere

        /// The amounts differ.
        case amountsDiffer

        /// The amounts are equal, and the fees differ.
        case feesDiffer

        /// The report has a reference on several lines.
        case repeated
    }

    package let kind: Kind

    /// The lines of the report, in their order; empty for ``Kind/onlyHere``.
    package let reported: [ReportedPayment]

    /// Nil if nothing is recorded here.
    package let recorded: RecordedPayment?

    /// For ``Kind/onlyThere``: the reference of a payment that is only here, and of which the
    /// report's is the rest without leading zeros.
    package var withLeadingZeros: String?

    init(_ kind: Kind, _ reported: [ReportedPayment], _ recorded: RecordedPayment?) {
        self.kind = kind
        self.reported = reported
        self.recorded = recorded
    }

    /// When it was paid, as far as known: by the report, or as recorded here; milliseconds since
    /// the epoch.
    package var milliseconds: Int64? {
        reported.first?.milliseconds ?? recorded?.paidMilliseconds ?? recorded?.createdMilliseconds
    }

    /// The amount of the difference: that of the report, or the recorded one.
    var amount: ReportedMoney? {
        reported.isEmpty
            ? recorded?.amount.map { ReportedMoney($0) }
            : ReportedMoney(sum: reported.map(\.amount))
    }
}

/// The differences of one kind.
package struct DifferenceList: Equatable, Sendable {
    /// How many there are.
    package private(set) var count = 0

    /// The sum of their amounts.
    package private(set) var amount = ReportedMoney(sen: 0)

    /// The first ones.
    package internal(set) var entries: [ReportDifference] = []

    mutating func add(_ difference: ReportDifference, entriesMax: Int) {
        count += 1
        amount = difference.amount.flatMap { amount.adding($0) } ?? amount
        if entries.count < entriesMax { entries.append(difference) }
    }
}

/// How many payments one side has, and how much money they are.
package struct ReportTotals: Equatable, Sendable {
    package private(set) var count = 0
    package private(set) var amount = ReportedMoney(sen: 0)

    /// The sum of the known fees.
    package private(set) var fee = ReportedMoney(sen: 0)

    mutating func add(_ amount: ReportedMoney?, fee: ReportedMoney?) {
        count += 1
        self.amount = amount.flatMap { self.amount.adding($0) } ?? self.amount
        self.fee = fee.flatMap { self.fee.adding($0) } ?? self.fee
    }
}

extension ReportedMoney {
    /// The sum of amounts; nil if it is too large.
    init?(sum amounts: [ReportedMoney]) {
        var sum = ReportedMoney(sen: 0)
        for amount in amounts {
            guard let next = sum.adding(amount) else { return nil }
            sum = next
        }
        self = sum
    }
}
