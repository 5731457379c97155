import APIModel
import Payments
import Reports
import Store

/// Reads the receiver's side of a comparison in bounded portions.
struct RecordedSide {
    private let reader: any StorageReader

    /// The payments of one page, and the references of one lookup.
    private static let portion = 500

    /// A success is recorded after the payment, mostly within seconds; but a query can find it
    /// days later.
    private static let recordedAfterMilliseconds: Int64 = 3 * 86_400_000

    /// The clock of the gateway can be ahead of ours.
    private static let recordedBeforeMilliseconds: Int64 = 3_600_000

    init(_ reader: any StorageReader) { self.reader = reader }

    /// Adds the payments of the period, then those that the report names besides.
    ///
    /// No snapshot of the database covers two reads.
    func add(
        to comparison: inout ReportComparison,
        period: ReportPeriod?
    ) async throws(Problem) {
        if let period { try await addPaid(in: period, to: &comparison) }
        var rest = comparison.unmatchedReferences[...]
        while !rest.isEmpty, !Task.isCancelled {
            let portion = Array(rest.prefix(Self.portion))
            let records = try await reading { () async throws(StoreError) in
                try await reader.transactions(withReferences: portion)
            }
            for record in records { comparison.add(found: RecordedPayment(record)) }
            rest = rest.dropFirst(portion.count)
        }
        if Task.isCancelled { throw .disconnected }
    }

    /// Adds the payments that were paid in the period.
    ///
    /// The time of a payment is what the gateway reports, as in its own report. Where it reports
    /// none, it is the time at which the success was recorded.
    private func addPaid(
        in period: ReportPeriod,
        to comparison: inout ReportComparison
    ) async throws(Problem) {
        var filter = TransactionFilter()
        filter.by = .paid
        filter.fromMilliseconds = period.from.map { $0 - Self.recordedBeforeMilliseconds }
        filter.toMilliseconds = period.to.map { $0 + Self.recordedAfterMilliseconds }
        while !Task.isCancelled {
            let wanted = filter
            let page = try await reading { () async throws(StoreError) in
                try await reader.transactions(wanted, limit: Self.portion)
            }
            for record in page.transactions {
                let payment = RecordedPayment(record)
                let time = payment.paidMilliseconds ?? record.updatedMilliseconds
                if period.contains(time) { comparison.add(payment) }
            }
            if !page.more { return }
            filter.before = page.next
        }
    }
}

extension RecordedPayment {
    init(_ record: TransactionRecord) {
        self.init(
            id: record.id,
            partnerReferenceNo: record.partnerReferenceNo,
            referenceNo: record.referenceNo,
            status: record.status,
            amount: record.paidAmount ?? record.amount,
            refundedAmount: record.refundedAmount,
            fee: record.generation?.feeAmount,
            paidMilliseconds: record.paidAt?.milliseconds,
            createdMilliseconds: record.createdMilliseconds
        )
    }
}
