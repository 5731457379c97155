import HTTPCore
import Store

extension APIOperation {
    package static let listConsumers = APIOperation(
        id: "listConsumers",
        tag: .consumers,
        summary: "All consumers, by name",
        text: "Where each stands, and how far behind the head of the feed that is.",
        parameters: [
            .query(
                "after",
                "The next of the page before.",
                .either([.text(pattern: ConsumerName.pattern), .constant("")]),
                example: "a"
            ),
            .limit,
        ],
        answers: [.json("A page of consumers.", .consumerPage)]
    )

    package static let showConsumer = APIOperation(
        id: "showConsumer",
        tag: .consumers,
        summary: "One consumer",
        text: "Where it stands, and how far behind the head of the feed that is.",
        parameters: [.consumerName],
        answers: [.json("The consumer.", .consumer)],
        problems: [.consumerNotFound]
    )

    package static let moveConsumer = APIOperation(
        id: "moveConsumer",
        tag: .consumers,
        summary: "Note how far a consumer is",
        text: """
            Makes the consumer when it is not there. `expected` is compared first, so that of two \
            instances one notices. A token may move the consumer of its own name and those whose \
            names begin with it and a dot, \(Store.consumersOfTokenMax) at most; one with the \
            scope `admin` may move all.
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
        answers: [
            .json("It has moved.", .consumer),
            .json("It is new.", .consumer, status: .created),
        ],
        problems: [
            .feedChanged, .positionAhead, .positionConflict, .positionExpired, .tooManyConsumers,
        ]
    )

    package static let removeConsumer = APIOperation(
        id: "removeConsumer",
        tag: .consumers,
        summary: "Forget a consumer",
        text: "A token may remove the consumers that it may move.",
        parameters: [.consumerName],
        answers: [Answer(status: .noContent, text: "It is gone.", content: .none)],
        problems: [.consumerNotFound]
    )
}
