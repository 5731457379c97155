import APIModel
import HTTPCore
import Payments
import Store

/// `GET /v1/summary`: the payments of a period by Jakarta day and status.
enum SummaryEndpoint {
    /// Sums the period page by page: no snapshot covers two pages, and only the sums of each day
    /// are in memory.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let period = try request.bookkeepingPeriod()
        var filter = period
        var sums: [Key: SummaryGroup] = [:]
        var isComplete = false
        while !isComplete, !Task.isCancelled {
            let wanted = filter
            let page = try await reading { () async throws(StoreError) in
                try await services.store.reader.summary(wanted)
            }
            for group in page.groups {
                let key = Key(day: group.day, status: group.status.rawValue)
                if sums[key]?.add(group) == nil { sums[key] = group }
            }
            filter.before = page.next
            isComplete = !page.more
        }
        return JSON.response(SummaryRepresentation(period, Array(sums.values)))
    }

    private struct Key: Hashable {
        let day: Int
        let status: UInt8
    }
}
