import HTTPCore
import SQLite
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
        try request.allow(["after", "wait", "limit", "feed"])
        let store = services.store
        if let feed = request.text("feed"), feed != store.feed {
            throw Problem(
                .feedChanged,
                "The feed is \(store.feed): the database was restored or replaced. "
                    + "Start again from after=0 and from what you know to be settled.",
                field: "feed"
            )
        }
        let limit = try request.limit()
        let waitSeconds = try request.waitSeconds()
        let after = try await position(request, store)
        return try await page(after: after, limit: limit, waitSeconds: waitSeconds, store)
    }

    private static func position(
        _ request: APIRequest,
        _ store: Store
    ) async throws(Problem) -> Int64 {
        let head = try await reading { () async throws(SQLiteError) in try await store.reader.head()
        }
        if request.text("after") == "latest" { return head }
        let after = try request.integer("after", in: 0...Int64.max) ?? 0
        if after > head {
            throw Problem(
                .positionAhead,
                "after is \(after), but the head of the feed is \(head).",
                field: "after"
            )
        }
        return after
    }

    private static func page(
        after: Int64,
        limit: Int,
        waitSeconds: Int,
        _ store: Store
    ) async throws(Problem) -> Response {
        // The mark comes before the read: what is committed in between ends the wait at once.
        let mark = store.signal.mark
        var found = try await transitions(after: after, limit: limit + 1, store)
        if found.isEmpty, waitSeconds > 0 {
            await store.signal.wait(beyond: mark, seconds: waitSeconds)
            found = try await transitions(after: after, limit: limit + 1, store)
        }
        let shown = found.prefix(limit)
        let next = shown.last?.sequence ?? after
        let head = try await reading { () async throws(SQLiteError) in try await store.reader.head()
        }
        return JSON.response(
            Page(
                feed: store.feed,
                transitions: shown.map { TransitionRepresentation($0) },
                next: next,
                more: found.count > limit,
                head: max(head, next)
            )
        )
    }

    private static func transitions(
        after: Int64,
        limit: Int,
        _ store: Store
    ) async throws(Problem) -> [TransitionRecord] {
        try await reading { () async throws(SQLiteError) in
            try await store.reader.transitions(after: after, limit: limit)
        }
    }
}

/// Runs a read and turns its failure into the problem that says so.
func reading<Result>(
    _ body: () async throws(SQLiteError) -> Result
) async throws(Problem) -> Result {
    do throws(SQLiteError) {
        return try await body()
    } catch {
        throw Problem(.storeUnavailable, "The database could not be read: \(error.message).")
    }
}
