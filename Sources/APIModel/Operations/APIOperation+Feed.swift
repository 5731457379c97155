import HTTPCore
import Payments

extension APIOperation {
    package static let listTransitions = APIOperation(
        id: "listTransitions",
        tag: .feed,
        summary: "The feed, in order",
        text: """
            The transitions behind a position. With `wait` it answers as soon as there is one, or \
            when the time is up. A page may be short, or empty, and still say `more`.
            """,
        parameters: [after, recordedFrom] + selection + [.wait, .limit],
        answers: [.json("The next transitions.", .transitionPage)],
        problems: positionProblems
    )

    package static let streamTransitions = APIOperation(
        id: "streamTransitions",
        tag: .feed,
        summary: "The feed as server-sent events",
        text: """
            The same entries as events, as they are committed. The stream ends when the client \
            goes or the receiver stops; a client that comes again with the last id misses nothing.
            """,
        parameters: [after, recordedFrom] + selection + [lastEventID],
        answers: [
            Answer(
                status: .ok,
                text: "The stream.",
                content: .text(
                    mediaType: "text/event-stream",
                    """
                    Server-sent events (WHATWG HTML, section 9.2). Each transition is an event \
                    `transition`, whose `id` is the sequence number and whose `data` is one line \
                    of JSON: a Transition. The first event is `feed`, without an id: the id of the \
                    feed and its newest sequence number. After 15 s without an event comes a \
                    comment. Where `to` leaves transitions out, `feed` comes again with an `id` \
                    that says where to resume.
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
        The sequence number behind which to begin, or `latest`: the head. From the beginning when \
        neither this nor `recordedFrom` nor `consumer` is given.
        """,
        .either([.integer(), .constant("latest")]),
        example: "0"
    )

    private static let recordedFrom = Parameter.query(
        "recordedFrom",
        """
        Instead of `after`: begins with the first transition recorded at or after this Jakarta day \
        or RFC 3339 time; behind the head when there is none.
        """,
        .bound
    )

    /// What list and stream know besides the position.
    private static let selection = [
        Parameter.query(
            "consumer",
            """
            Begins where this consumer stands. Not looked at when `after` or `recordedFrom` is \
            given.
            """,
            .text(pattern: ConsumerName.pattern),
            example: "orders"
        ),
        .statuses(
            "to",
            "Only transitions to these statuses; `next` goes past the others.",
            APILimits.transitionStatuses,
            example: [.success, .refunded]
        ),
        .query("feed", "Has to be the id of the present feed, as in an earlier answer."),
    ]

    private static let lastEventID = Parameter.header(
        APILimits.lastEventID,
        "The id of the last event that was seen; empty for none. Wins over `after`.",
        .either([.integer(), .constant("")]),
        example: "0"
    )

    private static let positionProblems: [Problem.Kind] = [
        .consumerNotFound, .feedChanged, .positionAhead, .positionExpired,
    ]
}
