import HTTPCore
import Payments

extension APIOperation {
    static let listTransitions = APIOperation(
        id: "listTransitions",
        tag: .feed,
        summary: "The feed, in order",
        text: """
            The transitions behind a position. With `wait` it answers as soon as there is one, or \
            when the time is up. A page may be short, or empty, and still say `more`.
            """,
        parameters: [after] + selection + [.wait, .limit],
        answers: [.json("The next transitions.", .transitionPage)],
        problems: positionProblems
    )

    static let streamTransitions = APIOperation(
        id: "streamTransitions",
        tag: .feed,
        summary: "The feed as server-sent events",
        text: """
            The same entries as events, as they are committed. The stream ends when the client \
            goes or the receiver stops; a client that comes again with the last id misses nothing.
            """,
        parameters: [after] + selection + [lastEventID],
        answers: [
            Answer(
                status: .ok,
                text: "The stream.",
                content: .text(
                    mediaType: "text/event-stream",
                    """
                    Server-sent events (WHATWG HTML, section 9.2). Each transition is an event \
                    `transition`, whose `id` is the sequence number and whose `data` is one line \
                    of JSON: a Transition. `retry` comes first. After 15 s without an event comes \
                    a comment; an `id` without data says where to resume behind transitions that \
                    `to` leaves out.
                    """,
                    example: """
                        retry: 2000

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
        neither this nor `consumer` is given.
        """,
        .either([.integer(), .constant("latest")]),
        example: "0"
    )

    /// What list and stream know besides the position.
    private static let selection = [
        Parameter.query(
            "consumer",
            "Begins where this consumer stands. Not looked at when `after` is given.",
            .text(pattern: ConsumerName.pattern),
            example: "orders"
        ),
        .statuses(
            "to",
            "Only transitions to these statuses; `next` goes past the others.",
            FeedPosition.statuses,
            example: [.success, .refunded]
        ),
        .query("feed", "Has to be the id of the present feed, as in an earlier answer."),
    ]

    private static let lastEventID = Parameter.header(
        FeedPosition.lastEventID,
        "The id of the last event that was seen. Wins over `after`.",
        .integer(),
        example: "0"
    )

    private static let positionProblems: [Problem.Kind] = [
        .consumerNotFound, .feedChanged, .positionAhead, .positionExpired,
    ]
}
