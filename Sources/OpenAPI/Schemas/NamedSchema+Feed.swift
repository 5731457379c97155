import APIModel

// The feed and its consumers.
extension NamedSchema {
    static let feedSchemas = [
        transitionPage, consumer, consumerMove, moveToOffset, moveToTime, consumerPage,
    ]

    private static let feed = JSONSchema.text(
        "The id of the feed. It is created with the database, and replaced by a restore."
    )

    static let transitionPage = NamedSchema(
        "TransitionPage",
        .response([
            "feed": feed,
            "transitions": .list(of: .reference(transition)),
            "next": .integer(0...Int64.max, "`after` of the next page."),
            "more": .flag("Whether there are more transitions after this page."),
            "head": .integer(0...Int64.max, "The newest sequence number; 0 if the feed is empty."),
        ])
        .example(
            """
            {"feed": "2be365f6d3a2d5f4a43e3e54a277c0f4", "transitions": [\(Example.transition)],
             "next": 2, "more": false, "head": 2}
            """
        )
    )

    static let consumer = NamedSchema(
        "Consumer",
        .response(
            [
                "name": .text(pattern: ConsumerName.pattern),
                "position": .integer(
                    0...Int64.max,
                    "The offset: the last sequence number that was processed."
                ),
                "head": .integer(0...Int64.max, "The newest sequence number of the feed."),
                "lag": .integer(
                    0...Int64.max,
                    "The number of transitions that are not processed yet; null if the offset "
                        + "belongs to another feed."
                ).orNull,
                "feed": feed,
                "updatedAt": .time(),
                "updatedBy": .text("The name of the token that last moved it."),
            ],
            "A named offset in the feed."
        )
        .example(
            """
            {"name": "orders", "position": 17, "head": 20, "lag": 3,
             "feed": "2be365f6d3a2d5f4a43e3e54a277c0f4",
             "updatedAt": "2026-11-22T10:03:12.123+07:00", "updatedBy": "orders"}
            """
        )
    )

    static let consumerMove = NamedSchema(
        "ConsumerMove",
        .either([.reference(moveToOffset), .reference(moveToTime)])
    )

    private static let moveToOffset = NamedSchema(
        "ConsumerMoveToOffset",
        move("position", .integer(0...Int64.max, "The new offset; not beyond the head."))
    )

    private static let moveToTime = NamedSchema(
        "ConsumerMoveToTime",
        move(
            "recordedFrom",
            .any(
                of: [.text(format: "date"), .text(format: "date-time")],
                "The new offset is before the first transition recorded at or after this Jakarta "
                    + "day or RFC 3339 time, or the head if there is none."
            )
        )
    )

    /// A request to move a consumer.
    ///
    /// - Parameter name: the member with the new offset.
    private static func move(_ name: String, _ schema: JSONSchema) -> JSONSchema {
        .request(
            [
                name: schema,
                "expected": .integer(
                    0...Int64.max,
                    "The expected present offset; that of a new consumer is 0."
                ),
                "rewind": .flag("Whether the offset may be lowered."),
                "feed": .text("The expected id of the feed."),
            ],
            optional: ["expected", "rewind", "feed"]
        )
    }

    static let consumerPage = NamedSchema(
        "ConsumerPage",
        .page("consumers", of: consumer, next: .text("`after` of the next page."))
    )
}
