import APIModel
import HTTPCore
import Ledger
import Payments
import Snap
import Store

/// `GET /v1/attention`: items that need manual review, newest first.
enum AttentionEndpoint {
    /// One page of entries; by default the open ones.
    ///
    /// One entry more than `limit` is read to find out whether there are more.
    static func list(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let limit = try request.limit()
        var filter = AttentionFilter()
        filter.beforeID = try request.integer("after", in: 0...Int64.max)
        switch request.text("state") {
        case "open", nil: filter.isOpen = true
        case "resolved": filter.isOpen = false
        case "all": filter.isOpen = nil
        default: throw APIRequest.notOneOf("state", ["open", "resolved", "all"])
        }
        if let word = request.text("kind") {
            guard let kind = AttentionKind(rawValue: word) else {
                throw APIRequest.notOneOf("kind", AttentionKind.allCases.map(\.rawValue))
            }
            filter.kind = kind.rawValue
        }
        let wanted = filter
        let found = try await reading { () async throws(StoreError) in
            try await services.store.reader.attention(wanted, limit: limit + 1)
        }
        let shown = found.prefix(limit)
        return JSON.response(
            ListPage(
                "attention",
                shown.map { AttentionRepresentation($0) },
                next: shown.last?.id ?? filter.beforeID ?? 0,
                more: found.count > limit
            )
        )
    }
}
