import APIModel
import HTTPCore
import Store
import System
import Text

/// `GET /v1/transitions`: the feed, in order, with long poll.
enum TransitionsEndpoint {
    static func list(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let store = services.store
        let limit = try request.limit()
        let waitSeconds = try request.waitSeconds()
        let beginning = try await FeedPosition.beginning(request, store, isPageChecked: true)
        let page = try await look(beginning, limit: limit, waitSeconds: waitSeconds, store)
        return JSON.response(bytes: body(page, feed: store.feed))
    }

    /// The page that is wanted: without a wait what one look finds, else what comes until the time
    /// is up.
    private static func look(
        _ beginning: FeedPosition.Beginning,
        limit: Int,
        waitSeconds: Int,
        _ store: Store
    ) async throws(Problem) -> FeedText {
        let deadline = SystemClock.monotonicNanoseconds() + UInt64(waitSeconds) * 1_000_000_000
        var query = beginning.query
        while true {
            // Before the look: what was committed a moment ago may still be gathered with what
            // follows it, for all who wait. Whoever is behind that does not wait.
            let now = SystemClock.monotonicNanoseconds()
            let rest = now >= deadline ? 0 : Int((deadline - now + 999_999_999) / 1_000_000_000)
            await store.signal.wait(behind: query.after, seconds: rest)
            let asked = query
            let page = try await reading { () async throws(StoreError) in
                try await store.feed(asked, limit: limit)
            }
            try beginning.check(page, after: asked.after)
            let isOver = SystemClock.monotonicNanoseconds() >= deadline
            if !page.items.isEmpty || isOver || store.signal.isClosed || Task.isCancelled {
                return page
            }
            query.after = page.next
        }
    }

    /// The JSON of a page, its members in the order of their names as everywhere.
    private static func body(_ page: FeedText, feed: String) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(page.items.reduce(256) { $0 + $1.bytes.count + 1 })
        body.append(contentsOf: "{\"feed\":".utf8)
        appendJSONString(feed, to: &body)
        let numbers = ",\"head\":\(page.head),\"more\":\(page.more),\"next\":\(page.next)"
        body.append(contentsOf: numbers.utf8)
        body.append(contentsOf: ",\"transitions\":[".utf8)
        for (index, item) in page.items.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            body.append(contentsOf: item.bytes)
        }
        body.append(contentsOf: "]}".utf8)
        return body
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

/// `GET /v1/transitions/stream`: the feed as server-sent events.
enum TransitionStreamEndpoint {
    /// How long a client hears nothing at most, so that it and every proxy between know that the
    /// connection is alive. Proxies give up after a minute, as a rule.
    private static let idleSeconds = 15

    static func stream(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> EndpointAnswer {
        let query = try await FeedPosition.beginning(
            request,
            services.store,
            readsLastEventID: true
        ).query
        // A reader may see a commit a moment before the window has it.
        let start = ServerSentEvent.start(
            feed: services.store.feed,
            head: max(services.store.window.head, query.after)
        )
        var head = Response(.ok, body: start)
        head.add("Content-Type", "text/event-stream")
        head.add("Cache-Control", "no-store")
        // nginx would hold events back until it has a buffer full of them.
        head.add("X-Accel-Buffering", "no")
        let stream = FeedStream(
            store: services.store,
            query: query,
            idleSeconds: idleSeconds
        )
        return .stream(head: head) { write in await stream.run(write) }
    }
}
