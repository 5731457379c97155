import Ledger
package import Payments
package import SQLite
import SQLiteFiles

/// What one database holds of payments beyond another one.
///
/// Payments of one history have the same numbers in both databases, and a revision that grows with
/// everything that is committed about them.
package struct RememberedPayments {
    private let other: Connection
    private let backup: Connection
    private let isSameFeed: Bool

    /// - Parameters:
    ///   - other: the database that is set aside.
    ///   - backup: the one that takes its place.
    ///   - feed: the feed id of the backup as it was made.
    package init(
        in other: Connection,
        beyond backup: Connection,
        feed: String
    ) throws(SQLiteError) {
        self.other = other
        self.backup = backup
        isSameFeed = try MainDatabase.feed(other) == feed
    }

    private static let pageSize = 10_000

    /// Calls `body` with every payment that only the other database holds, or in a later state.
    package func forEach(_ body: (Payment) -> Void) throws(SQLiteError) {
        let others = try PaymentTable(other)
        let ours = try PaymentTable(backup)
        var unmatched: [Reference: [Payment]] = [:]
        var after: Int64 = 0
        let page = try other.prepare("SELECT id FROM payments WHERE id > ? ORDER BY id LIMIT ?")
        while true {
            let ids = try page.all {
                $0.integer(after)
                $0.integer(Self.pageSize)
            } row: {
                $0.integer(0)
            }
            guard let last = ids.last else { break }
            after = last
            let known = Dictionary(
                try ours.payments(ids).map { ($0.payment.id, $0.payment) }
            ) { first, _ in first }
            for (payment, _) in try others.payments(ids) where payment.mergedInto == nil {
                let same = known[payment.id]
                if let same, same.partnerReferenceNo == payment.partnerReferenceNo {
                    if isLater(payment, than: same) { body(payment) }
                } else {
                    unmatched[payment.partnerReferenceNo, default: []].append(payment)
                }
            }
        }
        try match(&unmatched, body)
        for payment in unmatched.values.flatMap(\.self).sorted(by: { $0.id < $1.id }) {
            body(payment)
        }
    }

    /// Removes what the backup holds under another number.
    private func match(
        _ unmatched: inout [Reference: [Payment]],
        _ body: (Payment) -> Void
    ) throws(SQLiteError) {
        if unmatched.isEmpty { return }
        var ids: [Int64] = []
        try backup.prepare("SELECT id, partner_reference FROM payments").forEach {
            if let reference = Reference($0.text(1)), unmatched[reference] != nil {
                ids.append($0.integer(0))
            }
            return true
        }
        for (ours, _) in try PaymentTable(backup).payments(ids) {
            for payment in unmatched.removeValue(forKey: ours.partnerReferenceNo) ?? []
            where isLater(payment, than: ours) { body(payment) }
        }
    }

    private func isLater(_ payment: Payment, than ours: Payment) -> Bool {
        if isSameFeed, payment.id == ours.id { return payment.revision > ours.revision }
        return payment.updatedMilliseconds > ours.updatedMilliseconds
            && payment.status != ours.status
    }
}
