import APIModel
import HTTPCore
import Payments
import Store
import Text

/// The offset at which a request begins to read the feed, and its filter; shared by list and
/// stream.
enum FeedOffset {
    /// The part of the feed that a request selects.
    ///
    /// The offset is that of `Last-Event-ID`, if that is read; else `after`; else that before the
    /// first transition recorded from `recordedFrom` on; else the stored one of `consumer`; else 0.
    ///
    /// The database is read only if the window cannot determine the offset: once for a consumer or
    /// `recordedFrom`, and once if the offset may have been removed and `isPageChecked` is false.
    ///
    /// - Parameters:
    ///   - readsLastEventID: whether the header `Last-Event-ID` is read.
    ///   - isPageChecked: whether the caller checks each page with ``Beginning/check(_:after:)``.
    /// - Throws: if the feed id differs, or the offset is not in the feed.
    static func start(
        _ request: APIRequest,
        _ store: Store,
        readsLastEventID: Bool = false,
        isPageChecked: Bool = false
    ) async throws(Problem) -> Beginning {
        if let feed = request.text("feed") { try check(feed: feed, field: "feed", store) }
        let start = try start(request, readsLastEventID: readsLastEventID)
        let wanted = try request.statuses("to", among: APILimits.transitionStatuses)
        let (offset, field) = try await offset(of: start, store)
        let isStored = store.window.covers(offset)
        // An offset beyond the head must be refused now: a wait would hide that it does not exist.
        if !isStored, !isPageChecked || offset > store.window.head {
            try await bounds(store).check(offset, field: field)
        }
        return Beginning(
            query: FeedQuery(after: offset, statuses: wanted),
            field: field
        )
    }

    /// The offset and the filter of a request, with the parameter that the offset comes from.
    struct Beginning {
        let query: FeedQuery
        let field: String

        /// Throws if transitions between `offset` and `page` were removed.
        func check(_ page: FeedText, after offset: Int64) throws(Problem) {
            guard let oldest = page.oldest else { return }
            try FeedBounds(oldest: oldest, head: page.head).check(offset, field: field)
        }
    }

    /// The requested start.
    private enum Start {
        case beginning
        case after(Int64, field: String)
        case head
        case recorded(fromMilliseconds: Int64)
        case consumer(String)
    }

    /// Reads the requested start from header and parameters; invalid ones throw even if unused.
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
                "recordedFrom and after cannot be given together.",
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

    /// The offset of a requested start.
    private static func offset(
        of start: Start,
        _ store: Store
    ) async throws(Problem) -> (offset: Int64, field: String) {
        switch start {
        case .head: (try await head(store), "after")
        case .recorded(let time):
            (try await offset(recordedFrom: time, store), "recordedFrom")
        case .beginning: (0, "after")
        case .after(let offset, let field): (offset, field)
        case .consumer(let name): (try await offset(of: name, store), "consumer")
        }
    }

    /// The offset before the first transition recorded at or after a time; the head if there is
    /// none.
    ///
    /// - Parameter time: milliseconds since the epoch.
    /// - Throws: if earlier transitions of that time may have been removed.
    static func offset(
        recordedFrom time: Int64,
        _ store: Store
    ) async throws(Problem) -> Int64 {
        let (offset, bounds) = try await reading { () async throws(StoreError) in
            try await store.reader.offset(recordedFrom: time)
        }
        // Transitions of that time may have preceded the present first one.
        if bounds.oldest > 1, offset < bounds.oldest {
            throw bounds.expired(
                "Transitions recorded at that time may have been removed",
                field: "recordedFrom"
            )
        }
        return offset
    }

    /// The value of `Last-Event-ID`; nil if it is absent or empty, as an EventSource sends it
    /// before the first event with an id.
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
            "\(APILimits.lastEventID) must be one whole number from 0 on.",
            field: APILimits.lastEventID
        )
    }

    /// Throws if `feed` is not the id of the present feed.
    static func check(feed: String, field: String, _ store: Store) throws(Problem) {
        if feed == store.feed { return }
        throw Problem(
            .feedChanged,
            "The feed is \(store.feed): the database was restored or replaced. Start again with "
                + "after=0, or with an offset up to which your work is complete.",
            field: field
        )
    }

    /// The stored offset of a consumer; throws if there is none, or if it belongs to another feed.
    private static func offset(
        of consumer: String,
        _ store: Store
    ) async throws(Problem) -> Int64 {
        let found = try await reading { () async throws(StoreError) in
            try await store.reader.consumer(consumer)
        }
        guard let found else { throw Problem.noConsumer(consumer, field: "consumer") }
        try check(feed: found.feed, field: "consumer", store)
        return found.offset
    }

    private static func head(_ store: Store) async throws(Problem) -> Int64 {
        try await reading { () async throws(StoreError) in try await store.head() }
    }

    private static func bounds(_ store: Store) async throws(Problem) -> FeedBounds {
        try await reading { () async throws(StoreError) in try await store.reader.feedBounds() }
    }
}

extension FeedBounds {
    /// Throws if `offset` is beyond the head, or if transitions after it were removed.
    fileprivate func check(_ offset: Int64, field: String) throws(Problem) {
        if offset > head {
            throw Problem(
                .positionAhead,
                "\(field) is \(offset), but the head of the feed is \(head).",
                field: field
            )
        }
        if offset >= oldest - 1 { return }
        throw expired(
            "\(field) is \(offset), but the oldest transition in the feed is \(oldest)",
            field: field
        )
    }

    /// The problem of an offset whose next transitions were removed.
    fileprivate func expired(_ reason: String, field: String) -> Problem {
        var problem = Problem(
            .positionExpired,
            "\(reason). Read the transactions, and continue with after=\(oldest - 1).",
            field: field
        )
        problem.oldest = oldest
        return problem
    }
}
