import HTTPCore
import Sockets
import Store

/// `GET /v1/transitions`: the feed, in order, with long poll.
enum TransitionsEndpoint {
    private struct Page: Encodable {
        let feed: String
        let transitions: [TransitionRepresentation]
        let next: Int64
        let more: Bool
        let head: Int64
    }

    static func list(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let store = services.store
        let limit = try request.limit()
        let waitSeconds = try request.waitSeconds()
        let query = try await FeedPosition.query(request, store)
        let page = try await page(query, limit: limit, waitSeconds: waitSeconds, store)
        return JSON.response(
            Page(
                feed: store.feed,
                transitions: page.transitions.map { TransitionRepresentation($0) },
                next: page.next,
                more: page.more,
                head: page.head
            )
        )
    }

    /// The page that is wanted: without a wait what one look finds, else what comes until the time
    /// is up.
    private static func page(
        _ wanted: FeedQuery,
        limit: Int,
        waitSeconds: Int,
        _ store: Store
    ) async throws(Problem) -> FeedPage {
        let deadline = Clock.monotonicNanoseconds() + UInt64(waitSeconds) * 1_000_000_000
        var query = wanted
        while true {
            // The mark comes before the read: what is committed in between ends the wait at once.
            let mark = store.signal.mark
            let asked = query
            let page = try await reading { () async throws(StoreError) in
                try await store.reader.feed(asked, limit: limit)
            }
            let now = Clock.monotonicNanoseconds()
            let isOver = now >= deadline || store.signal.isClosed || Task.isCancelled
            if !page.transitions.isEmpty || isOver { return page }
            query.after = page.next
            if page.more { continue }
            let rest = Int((deadline - now + 999_999_999) / 1_000_000_000)
            await store.signal.wait(beyond: mark, seconds: rest)
        }
    }
}

/// Runs a read and turns its failure into the problem that says so.
func reading<Result>(
    _ body: () async throws(StoreError) -> Result
) async throws(Problem) -> Result {
    do throws(StoreError) {
        return try await body()
    } catch {
        throw Problem(.storeUnavailable, "The database could not be read: \(error.message).")
    }
}

/// Runs something that commits and turns its failure into the problem that says so.
func committing<Result>(
    _ body: () async throws(StoreError) -> Result
) async throws(Problem) -> Result {
    do throws(StoreError) {
        return try await body()
    } catch {
        throw Problem(.storeUnavailable, "The database could not be written: \(error.message).")
    }
}
