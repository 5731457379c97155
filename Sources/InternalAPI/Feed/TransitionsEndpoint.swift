import APIModel
import HTTPCore
import Store
import System
import Text

/// `GET /v1/transitions`: the feed, in order, with long poll.
enum TransitionsEndpoint {
    /// One page of the feed; with `wait`, when there is a transition that matches the filter.
    static func list(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let store = services.store
        let limit = try request.limit()
        let waitSeconds = try request.waitSeconds()
        let beginning = try await FeedOffset.start(request, store, isPageChecked: true)
        let page = try await page(beginning, limit: limit, waitSeconds: waitSeconds, store)
        return JSON.response(bytes: body(page, feed: store.feed))
    }

    /// Reads the page; with a wait, repeatedly until it has a transition or the time has elapsed.
    ///
    /// The offset advances past transitions that the filter excludes.
    private static func page(
        _ beginning: FeedOffset.Beginning,
        limit: Int,
        waitSeconds: Int,
        _ store: Store
    ) async throws(Problem) -> FeedText {
        let deadline = SystemClock.monotonicNanoseconds() + UInt64(waitSeconds) * 1_000_000_000
        var query = beginning.query
        while true {
            // Waiting precedes the read, because new transitions are announced to all followers
            // together. A client behind the announced offset does not wait.
            let now = SystemClock.monotonicNanoseconds()
            let rest = now >= deadline ? 0 : Int((deadline - now + 999_999_999) / 1_000_000_000)
            await store.signal.wait(behind: query.after, seconds: rest)
            let queried = query
            let page = try await reading { () async throws(StoreError) in
                try await store.feed(queried, limit: limit)
            }
            try beginning.check(page, after: queried.after)
            let isOver = SystemClock.monotonicNanoseconds() >= deadline
            if !page.items.isEmpty || isOver || store.signal.isClosed || Task.isCancelled {
                return page
            }
            query.after = page.next
        }
    }

    /// The JSON of a page, with its members sorted by name like all responses.
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

/// `GET /v1/transitions/stream`: the feed as server-sent events.
enum TransitionStreamEndpoint {
    /// The maximum time without data on a stream. Proxies usually close an idle connection after 60
    /// s.
    private static let idleSeconds = 15

    /// Checks the offset, and returns the stream that begins there.
    static func stream(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> EndpointResponse {
        let query = try await FeedOffset.start(
            request,
            services.store,
            readsLastEventID: true
        ).query
        // The database can have a commit slightly before the window, so the offset can be larger.
        let start = ServerSentEvent.start(
            feed: services.store.feed,
            head: max(services.store.window.head, query.after)
        )
        var head = Response(.ok, body: start)
        head.add("Content-Type", "text/event-stream")
        head.add("Cache-Control", "no-store")
        // Without it, nginx would delay events until its buffer is full.
        head.add("X-Accel-Buffering", "no")
        let stream = FeedStream(
            store: services.store,
            query: query,
            idleSeconds: idleSeconds
        )
        return .stream(head: head) { write in
            await stream.run(write)
            return true
        }
    }
}
