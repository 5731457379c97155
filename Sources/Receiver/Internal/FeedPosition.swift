import HTTPCore
import Payments
import Store

/// Where in the feed a request begins, and what of it it wants: what list and stream share.
enum FeedPosition {
    /// The header with which a client of server-sent events resumes.
    static let lastEventID = "Last-Event-ID"

    /// What a request asks of the feed.
    ///
    /// It begins behind `Last-Event-ID`, where that is read; else behind `after`; else where
    /// `consumer` stands; else at the beginning.
    ///
    /// - Parameter readsLastEventID: whether the header counts.
    static func query(
        _ request: APIRequest,
        _ store: Store,
        readsLastEventID: Bool = false
    ) async throws(Problem) -> FeedQuery {
        if let feed = request.text("feed") { try check(feed: feed, field: "feed", store) }
        let consumer = try request.consumerName("consumer")
        let after = request.text("after") == "latest" ? nil : try number(request)
        let wanted = try request.statuses("to", among: statuses)
        let resumed = readsLastEventID ? try lastEventID(request.head) : nil
        let bounds = try await bounds(store)
        var query = FeedQuery(after: 0, statuses: wanted)
        var field = "after"
        if let resumed {
            (query.after, field) = (resumed, lastEventID)
        } else if let after {
            query.after = after
        } else if request.text("after") != nil {
            query.after = bounds.head
        } else if let consumer {
            (query.after, field) = (try await position(of: consumer, store), "consumer")
        }
        try bounds.check(query.after, field: field)
        return query
    }

    /// The statuses that a transition can lead to: nothing goes back to `created`.
    static let statuses = TransactionStatus.allCases.filter { $0 != .created }

    private static func number(_ request: APIRequest) throws(Problem) -> Int64? {
        try request.integer("after", in: 0...Int64.max)
    }

    private static func lastEventID(_ head: RequestHead) throws(Problem) -> Int64? {
        switch head.single(lastEventID) {
        case .absent: return nil
        case .value(let range):
            if let number = Int64(digits: head[range]) { return number }
        case .repeated: break
        }
        throw Problem(
            .invalidParameter,
            "\(lastEventID) has to be a whole number from 0 on, once.",
            field: lastEventID
        )
    }

    /// Throws when `feed` is not the store's.
    static func check(feed: String, field: String, _ store: Store) throws(Problem) {
        if feed == store.feed { return }
        throw Problem(
            .feedChanged,
            "The feed is \(store.feed): the database was restored or replaced. "
                + "Start again from after=0 and from what you know to be complete.",
            field: field
        )
    }

    private static func position(
        of consumer: String,
        _ store: Store
    ) async throws(Problem) -> Int64 {
        let found = try await reading { () async throws(StoreError) in
            try await store.reader.consumer(consumer)
        }
        guard let found else { throw Problem.noConsumer(consumer, field: "consumer") }
        try check(feed: found.feed, field: "consumer", store)
        return found.position
    }

    /// The sequence numbers that the feed has.
    private struct Bounds {
        let oldest: Int64
        let head: Int64

        func check(_ position: Int64, field: String) throws(Problem) {
            if position > head {
                throw Problem(
                    .positionAhead,
                    "\(field) is \(position), but the head of the feed is \(head).",
                    field: field
                )
            }
            if position < oldest - 1 {
                var problem = Problem(
                    .positionExpired,
                    "\(field) is \(position), but the oldest transition kept is \(oldest). "
                        + "Ask for the transactions, and go on from after=\(oldest - 1).",
                    field: field
                )
                problem.oldest = oldest
                throw problem
            }
        }
    }

    private static func bounds(_ store: Store) async throws(Problem) -> Bounds {
        try await reading { () async throws(StoreError) in
            let reader = store.reader
            return Bounds(oldest: try await reader.oldest(), head: try await reader.head())
        }
    }
}
