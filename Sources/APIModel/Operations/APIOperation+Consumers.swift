import HTTPCore
import Store

extension APIOperation {
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
        answers: [.json("A page of consumers.", .consumerPage)]
    )

    package static let showConsumer = APIOperation(
        id: "showConsumer",
        tag: .consumers,
        summary: "One consumer",
        text: "The stored offset, and its lag behind the head of the feed.",
        parameters: [.consumerName],
        answers: [.json("The consumer.", .consumer)],
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
        answers: [
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
        answers: [Answer(status: .noContent, text: "The consumer was removed.", content: .none)],
        problems: [.consumerNotFound]
    )
}
