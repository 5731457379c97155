package import Payments

/// Compares the gateway's report with the payments recorded here.
///
/// First the payments of the period are added, if there is one; then those found by the references
/// that no payment has matched yet.
package struct ReportComparison: Sendable {
    private let payments: [ReportedPayment]

    /// The maximum of entries in each list of the result.
    private let entriesMax: Int

    /// The lines of each reference, as indices of ``payments``; the first one stands for all.
    private var firstLines: [Reference: Int] = [:]
    private var laterLines: [Int: [Int]] = [:]

    /// What is recorded about each first line, by its index.
    private var recorded: [Int: RecordedPayment] = [:]

    /// The IDs of the added payments: one of a period can be read twice.
    private var seen: Set<Int64> = []
    private var onlyHere = DifferenceList()
    private var receiver = ReportTotals()

    /// First lines whose reference is a number, by its digits.
    private var numbers: [String: Int] = [:]

    /// The references with leading zeros that are only here, by the index of a line without them.
    private var withLeadingZeros: [Int: String] = [:]

    package init(_ report: Report, entriesMax: Int) {
        payments = report.payments
        self.entriesMax = entriesMax
        firstLines.reserveCapacity(payments.count)
        for (index, payment) in payments.enumerated() {
            if let first = firstLines[payment.reference] {
                laterLines[first, default: []].append(index)
            } else {
                firstLines[payment.reference] = index
                let text = payment.reference.text
                if text.utf8.allSatisfy(\.isDigit) { numbers[text] = index }
            }
        }
    }

    // MARK: Payments of the receiver

    /// Adds a payment that was paid in the period.
    package mutating func add(_ payment: RecordedPayment) {
        guard payment.isPaid, seen.insert(payment.id).inserted else { return }
        if match(payment) { return }
        for reference in payment.references {
            guard let rest = reference.withoutLeadingZeros, let line = numbers[rest] else {
                continue
            }
            withLeadingZeros[line] = reference.text
        }
        count(payment)
        onlyHere.add(ReportDifference(.onlyHere, [], payment), entriesMax: entriesMax)
    }

    /// The references of the report that no payment has matched, in the order of their lines.
    package var unmatchedReferences: [Reference] {
        firstLines.filter { recorded[$0.value] == nil }.sorted { $0.value < $1.value }.map(\.key)
    }

    /// Adds a payment that has one of the references, whatever its status and time.
    package mutating func add(found payment: RecordedPayment) { _ = match(payment) }

    /// Assigns a payment to its line; false if the report has none of its references.
    private mutating func match(_ payment: RecordedPayment) -> Bool {
        guard let line = payment.references.compactMap({ firstLines[$0] }).first else {
            return false
        }
        // References of two payments can contradict each other: the first match counts.
        guard recorded[line] == nil else { return true }
        recorded[line] = payment
        if payment.isPaid { count(payment) }
        return true
    }

    private mutating func count(_ payment: RecordedPayment) {
        receiver.add(
            payment.amount.map { ReportedMoney($0) },
            fee: payment.fee.map { ReportedMoney($0) }
        )
    }

    // MARK: Result

    /// What was found.
    package struct Result: Sendable {
        /// The report's side.
        package internal(set) var report = ReportTotals()

        /// The receiver's side: payments that are paid.
        package internal(set) var receiver = ReportTotals()

        /// How many references of the report match a payment completely.
        package internal(set) var matchingCount = 0
        package internal(set) var lists: [ReportDifference.Kind: DifferenceList] = [:]

        /// Whether both sides are equal.
        package var isEqual: Bool { lists.values.allSatisfy { $0.count == 0 } }

        package subscript(kind: ReportDifference.Kind) -> DifferenceList {
            lists[kind] ?? DifferenceList()
        }
    }

    /// The differences, in the order of the report's lines; those that are only here, in the order
    /// in which they were added.
    package var result: Result {
        var result = Result()
        result.receiver = receiver
        result.lists[.onlyHere] = onlyHere
        for (index, payment) in payments.enumerated() {
            result.report.add(payment.amount, fee: payment.fee)
            guard firstLines[payment.reference] == index else { continue }
            if let difference = difference(of: index) {
                result.lists[difference.kind, default: DifferenceList()].add(
                    difference,
                    entriesMax: entriesMax
                )
            } else {
                result.matchingCount += 1
            }
        }
        return result
    }

    /// The difference of the line with this index; nil if it matches.
    private func difference(of index: Int) -> ReportDifference? {
        let payment = payments[index]
        let recorded = recorded[index]
        if let later = laterLines[index] {
            return ReportDifference(.repeated, [payment] + later.map { payments[$0] }, recorded)
        }
        guard let recorded else {
            var difference = ReportDifference(.onlyThere, [payment], nil)
            difference.withLeadingZeros = withLeadingZeros[index]
            return difference
        }
        return Self.kind(payment, recorded).map { ReportDifference($0, [payment], recorded) }
    }

    private static func kind(
        _ payment: ReportedPayment,
        _ recorded: RecordedPayment
    ) -> ReportDifference.Kind? {
        guard recorded.isPaid else { return .notPaidHere }
        // A negative amount takes money back.
        let expected =
            payment.amount.sen < 0
            ? recorded.refundedAmount.map { ReportedMoney(sen: -$0.sen) }
            : recorded.amount.map { ReportedMoney($0) }
        guard payment.amount == expected else { return .amountsDiffer }
        guard let there = payment.fee, let here = recorded.fee else { return nil }
        return there == ReportedMoney(here) ? nil : .feesDiffer
    }
}
