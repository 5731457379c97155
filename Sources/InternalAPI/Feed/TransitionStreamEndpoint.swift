import APIModel
import HTTPCore
import Store

/// `GET /v1/transitions/stream`: the feed as server-sent events.
enum TransitionStreamEndpoint {
    /// How long a client hears nothing at most, so that it and every proxy between know that the
    /// connection is alive. Proxies give up after a minute, as a rule.
    private static let idleSeconds = 15

    static func stream(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> EndpointAnswer {
        let query = try await FeedPosition.query(request, services.store, readsLastEventID: true)
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
