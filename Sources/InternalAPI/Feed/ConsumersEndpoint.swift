import APIModel
import Configuration
import HTTPCore
import Store

/// `/v1/consumers`: named positions in the feed, kept for the services that follow it.
enum ConsumersEndpoint {
    static func list(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let limit = try request.limit()
        // The next of an empty list is empty, and may be sent back.
        let isStart = request.text("after")?.isEmpty ?? true
        let after = isStart ? "" : try request.consumerName("after") ?? ""
        let store = services.store
        let found = try await reading { () async throws(StoreError) in
            try await store.reader.consumers(after: after, limit: limit + 1)
        }
        // Read after the consumer: its position is not beyond it.
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
        // Read after the consumer: its position is not beyond it.
        let head = store.window.head
        return JSON.response(ConsumerRepresentation(found, head: head, feed: store.feed))
    }

    static func put(
        _ request: APIRequest,
        _ services: APIServices
    ) async throws(Problem) -> Response {
        let store = services.store
        let move = try await move(request, store)
        let outcome = try await committing { () async throws(StoreError) in
            try await store.move(move)
        }
        return try answer(outcome, of: move, feed: store.feed)
    }

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

    /// What is asked for with a new position.
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
            try FeedPosition.check(feed: feed, field: "feed", store)
        }
        let position: Int64
        switch (number, recordedFrom) {
        case (let number?, nil): position = number
        case (nil, let time?): position = try await FeedPosition.position(recordedFrom: time, store)
        case (nil, nil):
            throw APIMembers.invalid(
                "position",
                expected: "a whole number from 0 on, unless recordedFrom is given"
            )
        case (.some, .some):
            throw APIMembers.invalid("recordedFrom", expected: "left out when position is given")
        }
        return ConsumerMove(
            name: name,
            position: position,
            expected: expected,
            mayRewind: mayRewind,
            movedBy: request.caller?.name ?? "",
            isMovedByAdmin: request.caller?.allows(.admin) ?? false
        )
    }

    /// The name in the path, when the caller may change what it stands for.
    private static func ownName(_ request: APIRequest) throws(Problem) -> String {
        let name = request.variables[0]
        guard ConsumerName.isValid(name) else {
            throw Problem(
                .invalidParameter,
                "The name of a consumer has to be \(ConsumerName.expected).",
                field: "name"
            )
        }
        guard let caller = request.caller, ConsumerName.isOf(caller, name) else {
            let own = request.caller?.name ?? ""
            throw Problem(
                .forbidden,
                "The token \(own) may change the consumers \(own) and \(own).* only.",
                field: "name"
            )
        }
        return name
    }

    private static func answer(
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
            let detail = "\(move.name) is at \(current), which is not what was expected."
            throw Problem(.positionConflict, detail, field: "expected", current: current)
        case .backward(let current):
            let detail = "\(move.name) is at \(current); to go back, send rewind: true."
            throw Problem(.positionConflict, detail, field: "position", current: current)
        case .ahead(let current, let head):
            let detail = "position is \(move.position), but the head of the feed is \(head)."
            throw Problem(.positionAhead, detail, field: "position", current: current)
        case .tooMany:
            throw Problem(
                .tooManyConsumers,
                "There are \(Store.consumersMax) consumers; remove one that is not used any more."
            )
        case .tooManyOfToken:
            throw Problem(
                .tooManyConsumers,
                "The token \(move.movedBy) has \(Store.consumersOfTokenMax) consumers; "
                    + "remove one that is not used any more."
            )
        }
    }
}
