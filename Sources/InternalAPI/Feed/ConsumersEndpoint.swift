import APIModel
import Configuration
import HTTPCore
import Store

/// `/v1/consumers`: named offsets in the feed, stored for the services that follow it.
enum ConsumersEndpoint {
    /// One page of consumers, ordered by name, each with its lag.
    static func list(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let limit = try request.limit()
        // `next` of an empty list is an empty text, which is valid as `after`.
        let isStart = request.text("after")?.isEmpty ?? true
        let after = isStart ? "" : try request.consumerName("after") ?? ""
        let store = services.store
        let found = try await reading { () async throws(StoreError) in
            try await store.reader.consumers(after: after, limit: limit + 1)
        }
        // Read after the consumer, so that no offset is beyond the head.
        let head = store.window.head
        let shown = found.prefix(limit)
        return JSON.response(
            ListPage(
                "consumers",
                shown.map { ConsumerRepresentation($0, head: head, feed: store.feed) },
                next: shown.last?.name ?? after,
                more: found.count > limit
            )
        )
    }

    /// One consumer with its lag.
    static func show(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let name = request.variables[0]
        let store = services.store
        let found = try await reading { () async throws(StoreError) in
            try await store.reader.consumer(name)
        }
        guard let found else { throw Problem.noConsumer(name, field: "name") }
        // Read after the consumer, so that no offset is beyond the head.
        let head = store.window.head
        return JSON.response(ConsumerRepresentation(found, head: head, feed: store.feed))
    }

    /// Creates or moves a consumer; 201 if it is new.
    ///
    /// The comparison with `expected` and the move are one commit.
    static func put(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let store = services.store
        let move = try await move(request, store)
        let outcome = try await committing { () async throws(StoreError) in
            try await store.move(move)
        }
        return try response(outcome, of: move, feed: store.feed)
    }

    /// Removes a consumer.
    static func remove(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let name = try ownName(request)
        let store = services.store
        let wasThere = try await committing { () async throws(StoreError) in
            try await store.removeConsumer(name)
        }
        guard wasThere else { throw Problem.noConsumer(name, field: "name") }
        var response = Response(.noContent)
        response.add("Cache-Control", "no-store")
        return response
    }

    /// Reads the requested move; exactly one of `offset` and `recordedFrom` must be given.
    private static func move(
        _ request: APIRequest,
        _ store: Store
    ) async throws(Problem) -> ConsumerMove {
        let name = try ownName(request)
        let members = try APIMembers(
            request,
            allow: ["position", "recordedFrom", "expected", "rewind", "feed"]
        )
        let number = try members.integer("position", in: 0...Int64.max)
        let recordedFrom = try members.milliseconds("recordedFrom")
        let expected = try members.integer("expected", in: 0...Int64.max)
        let mayRewind = try members.flag("rewind")
        if let feed = try members.text("feed", expected: "the id of the feed, a string") {
            try FeedOffset.check(feed: feed, field: "feed", store)
        }
        let offset: Int64
        switch (number, recordedFrom) {
        case (let number?, nil): offset = number
        case (nil, let time?): offset = try await FeedOffset.offset(recordedFrom: time, store)
        case (nil, nil):
            throw APIMembers.invalid(
                "position",
                expected: "a whole number from 0 on, unless recordedFrom is given"
            )
        case (.some, .some):
            throw APIMembers.invalid("recordedFrom", expected: "absent if position is given")
        }
        return ConsumerMove(
            name: name,
            offset: offset,
            expected: expected,
            mayRewind: mayRewind,
            movedBy: request.caller?.name ?? "",
            isMovedByAdmin: request.caller?.allows(.admin) ?? false
        )
    }

    /// The name in the path; throws if it is invalid or the caller must not change the consumer.
    private static func ownName(_ request: APIRequest) throws(Problem) -> String {
        let name = request.variables[0]
        guard ConsumerName.isValid(name) else {
            throw Problem(
                .invalidParameter,
                "The name of a consumer must be \(ConsumerName.expected).",
                field: "name"
            )
        }
        guard let caller = request.caller, ConsumerName.isOf(caller, name) else {
            let own = request.caller?.name ?? ""
            throw Problem(
                .forbidden,
                "The token \(own) may only change the consumers \(own) and \(own).*.",
                field: "name"
            )
        }
        return name
    }

    /// The response to a move; throws if the consumer was not moved.
    private static func response(
        _ outcome: ConsumerMove.Outcome,
        of move: ConsumerMove,
        feed: String
    ) throws(Problem) -> Response {
        switch outcome {
        case .moved(let record, let head, let isNew):
            return JSON.response(
                ConsumerRepresentation(record, head: head, feed: feed),
                status: isNew ? .created : .ok
            )
        case .unexpected(let current):
            let detail = "\(move.name) is at offset \(current), not at the expected one."
            throw Problem(.positionConflict, detail, field: "expected", current: current)
        case .backward(let current):
            let detail = "\(move.name) is at offset \(current); send rewind: true to move it back."
            throw Problem(.positionConflict, detail, field: "position", current: current)
        case .ahead(let current, let head):
            let detail = "position is \(move.offset), but the head of the feed is \(head)."
            throw Problem(.positionAhead, detail, field: "position", current: current)
        case .tooMany:
            throw Problem(
                .tooManyConsumers,
                "There are \(Store.consumersMax) consumers, the maximum; remove an unused one."
            )
        case .tooManyOfToken:
            throw Problem(
                .tooManyConsumers,
                "The token \(move.movedBy) has \(Store.consumersOfTokenMax) consumers, the "
                    + "maximum; remove an unused one."
            )
        }
    }
}
