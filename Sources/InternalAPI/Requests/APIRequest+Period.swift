import APIModel
import Store

extension APIRequest {
    /// The parameters `from`, `to` and `by` of the routes for bookkeeping, where `by` is `paid` if
    /// it is absent.
    func bookkeepingPeriod() throws(Problem) -> TransactionFilter {
        var filter = TransactionFilter()
        filter.by = try transactionTime("by") ?? .paid
        filter.fromMilliseconds = try milliseconds("from")
        filter.toMilliseconds = try milliseconds("to")
        if let from = filter.fromMilliseconds, let to = filter.toMilliseconds, from >= to {
            throw Problem(.invalidParameter, "to must be later than from.", field: "to")
        }
        return filter
    }

    /// A parameter that is the name of a time of payments; nil if it is absent.
    func transactionTime(_ name: String) throws(Problem) -> TransactionTime? {
        guard let word = text(name) else { return nil }
        guard let time = TransactionTime(rawValue: word) else {
            throw Self.notOneOf(name, TransactionTime.allCases.map(\.rawValue))
        }
        return time
    }
}
