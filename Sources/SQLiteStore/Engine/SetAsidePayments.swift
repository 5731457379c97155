import Ledger
package import Payments
package import SQLTables
package import Store

/// The payments of one database that a backup lacks, or has in an earlier state.
///
/// In databases of one history a payment has the same ID, and a revision that grows with each
/// commit about it. A restore uses it to query and report what the replaced database knew.
package struct SetAsidePayments {
    private let other: any SQLDatabase
    private let backup: any SQLDatabase

    /// Whether both databases have the same history, so that IDs and revisions can be compared.
    private let isSameFeed: Bool

    /// - Parameters:
    ///   - other: the database that is replaced.
    ///   - backup: the restored copy of the backup.
    ///   - feed: the feed id that the backup had before the restore renewed it.
    package init(
        in other: any SQLDatabase,
        beyond backup: any SQLDatabase,
        feed: String
    ) throws(StoreError) {
        self.other = other
        self.backup = backup
        isSameFeed = try MetaTable(other).feed() == feed
    }

    /// The number of payments in memory at a time.
    private static let pageSize = 10_000

    /// Calls `body` with each payment of the other database that the backup lacks or has in an
    /// earlier state; merged payments are left out.
    ///
    /// Reads both tables once, in the order of their primary keys. Payments without a match under
    /// the same ID are held in memory until the end.
    package func forEach(_ body: (Payment) -> Void) throws(StoreError) {
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

    /// Calls `body` for payments that the backup has under another ID in an earlier state, and
    /// removes all that it has from `unmatched`.
    ///
    /// Scans the references of the backup once, because neither database has an index on them.
    private func match(
        _ unmatched: inout [Reference: [Payment]],
        _ body: (Payment) -> Void
    ) throws(StoreError) {
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

    /// Whether `payment` is a later state than `ours`; outside of one history, by time and status.
    private func isLater(_ payment: Payment, than ours: Payment) -> Bool {
        if isSameFeed, payment.id == ours.id { return payment.revision > ours.revision }
        return payment.updatedMilliseconds > ours.updatedMilliseconds
            && payment.status != ours.status
    }
}
