import APIModel
import Store

extension APIRequest {
    /// The parameters `from`, `to` and `by` of the routes for bookkeeping, where `by` is `paid` if
    /// it is absent.
    func bookkeepingPeriod() throws(Problem) -> TransactionFilter {
        var filter = TransactionFilter()
        filter.by = try transactionTime("by") ?? .paid
        (filter.fromMilliseconds, filter.toMilliseconds) = try period()
        return filter
    }

    /// The parameters `from` and `to` of routes about a period, which must not be empty.
    func period() throws(Problem) -> (from: Int64?, to: Int64?) {
        let (from, to) = (try milliseconds("from"), try milliseconds("to"))
        if let from, let to, from >= to {
            throw Problem(.invalidParameter, "to must be later than from.", field: "to")
        }
        return (from, to)
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
