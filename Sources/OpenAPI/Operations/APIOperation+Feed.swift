import APIModel
import HTTPCore
import Payments
import Store

extension APIOperation {
    package static let listTransitions = APIOperation(
        id: "listTransitions",
        tag: .feed,
        summary: "The feed, in order",
        text: """
            The transitions after an offset. With `wait`, the response is sent when there is a \
            transition, or when the time has elapsed. A page may be short or empty although \
            `more` is true.
            """,
        parameters: [after, recordedFrom] + selection + [.wait, .limit],
        responses: [.json("The next transitions.", .transitionPage)],
        problems: positionProblems
    )

    package static let streamTransitions = APIOperation(
        id: "streamTransitions",
        tag: .feed,
        summary: "The feed as server-sent events",
        text: """
            The transitions as events, sent when they are committed. The stream ends when the \
            client disconnects or the receiver stops. A client that reconnects with the id of the \
            last event misses no transition.
            """,
        parameters: [after, recordedFrom] + selection + [lastEventID],
        responses: [
            SuccessResponse(
                status: .ok,
                text: "The event stream.",
                content: .text(
                    mediaType: "text/event-stream",
                    """
                    Server-sent events (WHATWG HTML, section 9.2). Each transition is an event \
                    `transition`: its `id` is the sequence number, and its `data` is a Transition \
                    as one line of JSON. The first event is `feed`, without an id; its data is the \
                    id of the feed and the newest sequence number. After 15 s without an event a \
                    comment is sent. If `to` has filtered transitions out, another `feed` event \
                    has an `id`, the offset at which to resume.
                    """,
                    example: """
                        retry: 2000
                        event: feed
                        data: {"feed":"2be365f6d3a2d5f4a43e3e54a277c0f4","head":2}

                        event: transition
                        id: 2
                        data: {"sequence":2,"partnerReferenceNo":"TRX-1",…}


                        """
                ),
                headers: [.cacheControl, .accelBuffering]
            )
        ],
        problems: positionProblems
    )

    private static let after = Parameter.query(
        "after",
        """
        The offset: the sequence number after which to begin, or `latest` for the head. Without \
        `after`, `recordedFrom` and `consumer`, the feed is read from its beginning.
        """,
        .either([.integer(), .constant("latest")]),
        example: "0"
    )

    private static let recordedFrom = Parameter.query(
        "recordedFrom",
        """
        Instead of `after`: begin with the first transition recorded at or after this Jakarta day \
        or RFC 3339 time, or at the head if there is none.
        """,
        .bound
    )

    /// The parameters that list and stream share, besides the offset.
    private static let selection = [
        Parameter.query(
            "consumer",
            """
            Begin at the stored offset of this consumer. Ignored with `after` or \
            `recordedFrom`.
            """,
            .text(pattern: ConsumerName.pattern),
            example: "orders"
        ),
        .statuses(
            "to",
            "Only transitions to these statuses. `next` advances past the others.",
            .transitionStatus,
            example: [.success, .refunded]
        ),
        .query("feed", "The expected id of the feed, from an earlier response."),
    ]

    private static let lastEventID = Parameter.header(
        APILimits.lastEventID,
        "The id of the last event received; empty for none. Takes precedence over `after`.",
        .text(pattern: "^[0-9]{0,18}$"),
        example: "0"
    )

    private static let positionProblems: [Problem.Kind] = [
        .consumerNotFound, .feedChanged, .positionAhead, .positionExpired,
    ]

    package static let listConsumers = APIOperation(
        id: "listConsumers",
        tag: .consumers,
        summary: "All consumers, ordered by name",
        text: "The stored offset of each consumer, and its lag behind the head of the feed.",
        parameters: [
            .query(
                "after",
                "`next` of the previous page.",
                .either([.text(pattern: ConsumerName.pattern), .constant("")]),
                example: "a"
            ),
            .limit,
        ],
        responses: [.json("A page of consumers.", .consumerPage)]
    )

    package static let showConsumer = APIOperation(
        id: "showConsumer",
        tag: .consumers,
        summary: "One consumer",
        text: "The stored offset, and its lag behind the head of the feed.",
        parameters: [.consumerName],
        responses: [.json("The consumer.", .consumer)],
        problems: [.consumerNotFound]
    )

    package static let moveConsumer = APIOperation(
        id: "moveConsumer",
        tag: .consumers,
        summary: "Store the offset of a consumer",
        text: """
            Creates the consumer if it does not exist. `expected` is compared with the stored \
            offset first, so that one of two concurrent instances fails. A token may move the \
            consumer with its own name and those whose names begin with its name and a dot, at \
            most \(Store.consumersOfTokenMax); a token with the scope `admin` may move all.
            """,
        parameters: [.consumerName],
        body: Body(
            schema: .consumerMove,
            examples: [
                "begin": "{\"position\": 0}",
                "compareAndSet": "{\"position\": 1, \"expected\": 0}",
                "goBack": "{\"position\": 0, \"rewind\": true}",
                "fromTime": "{\"recordedFrom\": \"2026-11-22\", \"rewind\": true}",
            ]
        ),
        responses: [
            .json("The consumer was moved.", .consumer),
            .json("The consumer was created.", .consumer, status: .created),
        ],
        problems: [
            .feedChanged, .positionAhead, .positionConflict, .positionExpired, .tooManyConsumers,
        ]
    )

    package static let removeConsumer = APIOperation(
        id: "removeConsumer",
        tag: .consumers,
        summary: "Remove a consumer",
        text: "A token may remove the consumers that it may move.",
        parameters: [.consumerName],
        responses: [
            SuccessResponse(status: .noContent, text: "The consumer was removed.", content: .none)
        ],
        problems: [.consumerNotFound]
    )
}
