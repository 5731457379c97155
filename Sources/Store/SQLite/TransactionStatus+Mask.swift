import Payments

extension TransactionStatus {
    /// A bit for each status, at the place of its stored number; all bits for nil.
    static func mask(_ statuses: Set<TransactionStatus>?) -> Int64 {
        guard let statuses else { return -1 }
        return statuses.reduce(0) { $0 | 1 << Int64($1.rawValue) }
    }
}
