import APIModel
import HTTPCore
import Payments
import Store
import Text

/// Where in the feed a request begins, and what of it it wants: what list and stream share.
enum FeedPosition {
    /// What a request asks of the feed.
    ///
    /// It begins behind `Last-Event-ID`, where that is read; else behind `after`, or with the first
    /// transition recorded from `recordedFrom` on; else where `consumer` stands; else at the
    /// beginning.
    ///
    /// The database is read only where memory cannot tell the position: once for a consumer and
    /// for `recordedFrom`, and once where a position may be none that is kept and `isPageChecked`
    /// is false.
    ///
    /// - Parameters:
    ///   - readsLastEventID: whether the header counts.
    ///   - isPageChecked: whether the caller holds the first page against
    ///     ``Beginning/check(_:)``.
    static func beginning(
        _ request: APIRequest,
        _ store: Store,
        readsLastEventID: Bool = false,
        isPageChecked: Bool = false
    ) async throws(Problem) -> Beginning {
        if let feed = request.text("feed") { try check(feed: feed, field: "feed", store) }
        let start = try start(request, readsLastEventID: readsLastEventID)
        let wanted = try request.statuses("to", among: APILimits.transitionStatuses)
        let (position, field) = try await position(of: start, store)
        let isKept = store.window.covers(position)
        // Beyond what memory knows as the head, a wait would hide that there is no such position.
        if !isKept, !isPageChecked || position > store.window.head {
            try await bounds(store).check(position, field: field)
        }
        return Beginning(
            query: FeedQuery(after: position, statuses: wanted),
            field: field
        )
    }

    /// Where a request begins, and the parameter that says so.
    struct Beginning {
        let query: FeedQuery
        let field: String

        /// Throws when the feed was cut off beyond the beginning of a page.
        func check(_ page: FeedText, after position: Int64) throws(Problem) {
            guard let oldest = page.oldest else { return }
            try FeedBounds(oldest: oldest, head: page.head).check(position, field: field)
        }
    }

    /// Where a request wants to begin.
    private enum Start {
        case beginning
        case after(Int64, field: String)
        case head
        case recorded(fromMilliseconds: Int64)
        case consumer(String)
    }

    private static func start(
        _ request: APIRequest,
        readsLastEventID: Bool
    ) throws(Problem) -> Start {
        let consumer = try request.consumerName("consumer")
        let isLatest = request.text("after") == "latest"
        let after = isLatest ? nil : try request.integer("after", in: 0...Int64.max)
        let recordedFrom = try request.milliseconds("recordedFrom")
        if recordedFrom != nil, request.text("after") != nil {
            throw Problem(
                .invalidParameter,
                "recordedFrom stands instead of after; only one of them can be given.",
                field: "recordedFrom"
            )
        }
        if readsLastEventID, let seen = try lastEventID(request.head) {
            return .after(seen, field: APILimits.lastEventID)
        }
        if isLatest { return .head }
        if let after { return .after(after, field: "after") }
        if let recordedFrom { return .recorded(fromMilliseconds: recordedFrom) }
        return consumer.map { .consumer($0) } ?? .beginning
    }

    private static func position(
        of start: Start,
        _ store: Store
    ) async throws(Problem) -> (position: Int64, field: String) {
        switch start {
        case .head: (store.window.head, "after")
        case .recorded(let time):
            (try await position(recordedFrom: time, store), "recordedFrom")
        case .beginning: (0, "after")
        case .after(let position, let field): (position, field)
        case .consumer(let name): (try await position(of: name, store), "consumer")
        }
    }

    /// The position before the first transition recorded at or after a point in time; the head when
    /// there is none.
    ///
    /// - Parameter time: milliseconds since the epoch.
    static func position(
        recordedFrom time: Int64,
        _ store: Store
    ) async throws(Problem) -> Int64 {
        let (position, bounds) = try await reading { () async throws(StoreError) in
            try await store.reader.position(recordedFrom: time)
        }
        // What is the first one now may have had others of that time before it.
        if bounds.oldest > 1, position < bounds.oldest {
            throw bounds.expired(
                "Transitions recorded from then on may no longer be kept",
                field: "recordedFrom"
            )
        }
        return position
    }

    /// The id of the last event that the client has seen; nil when it has seen none, which an
    /// EventSource also says with an empty id.
    private static func lastEventID(_ head: RequestHead) throws(Problem) -> Int64? {
        switch head.single(APILimits.lastEventID) {
        case .absent: return nil
        case .value(let range) where range.isEmpty: return nil
        case .value(let range):
            if let number = Int64(digits: head[range]) { return number }
        case .repeated: break
        }
        throw Problem(
            .invalidParameter,
            "\(APILimits.lastEventID) has to be a whole number from 0 on, once.",
            field: APILimits.lastEventID
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

    private static func bounds(_ store: Store) async throws(Problem) -> FeedBounds {
        try await reading { () async throws(StoreError) in try await store.reader.feedBounds() }
    }
}

extension FeedBounds {
    /// Throws for a position that lies beyond the head, or before what is kept.
    fileprivate func check(_ position: Int64, field: String) throws(Problem) {
        if position > head {
            throw Problem(
                .positionAhead,
                "\(field) is \(position), but the head of the feed is \(head).",
                field: field
            )
        }
        if position >= oldest - 1 { return }
        throw expired(
            "\(field) is \(position), but the oldest transition kept is \(oldest)",
            field: field
        )
    }

    /// The problem of a position that lies before what is kept.
    fileprivate func expired(_ reason: String, field: String) -> Problem {
        var problem = Problem(
            .positionExpired,
            "\(reason). Ask for the transactions, and go on from after=\(oldest - 1).",
            field: field
        )
        problem.oldest = oldest
        return problem
    }
}
