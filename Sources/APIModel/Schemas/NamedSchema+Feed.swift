// The feed and those who follow it.
extension NamedSchema {
    private static let feed = JSONSchema.text(
        "The id of the feed: made with the database, and anew by a restore."
    )

    static let transitionPage = NamedSchema(
        "TransitionPage",
        .answer([
            "feed": feed,
            "transitions": .list(of: .reference(transition)),
            "next": .integer(0...Int64.max, "To be sent back as after."),
            "more": .flag("Whether there are more transitions now, behind this page."),
            "head": .integer(0...Int64.max, "The newest sequence number; 0 for none."),
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
        .answer(
            [
                "name": .text(pattern: ConsumerName.pattern),
                "position": .integer(0...Int64.max, "Dealt with, and everything before it."),
                "head": .integer(0...Int64.max, "The newest sequence number of the feed."),
                "lag": .integer(
                    0...Int64.max,
                    "How many transitions are still to be dealt with; null when the position is "
                        + "one in another feed."
                ).orNull,
                "feed": feed,
                "updatedAt": .time(),
                "updatedBy": .text("The name of the token that moved it last."),
            ],
            "A named position in the feed."
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
        .either([
            move(
                "position",
                .integer(0...Int64.max, "Where it is to stand; not beyond the head.")
            ),
            move(
                "recordedFrom",
                .any(
                    of: [.text(format: "date"), .text(format: "date-time")],
                    "It is to stand before the first transition recorded at or after this Jakarta "
                        + "day or RFC 3339 time; at the head when there is none."
                )
            ),
        ])
    )

    /// A request to move a consumer, with the member that says where to.
    private static func move(_ name: String, _ schema: JSONSchema) -> JSONSchema {
        .request(
            [
                name: schema,
                "expected": .integer(
                    0...Int64.max,
                    "Where it has to stand now; one that is not there yet stands at 0."
                ),
                "rewind": .flag("Whether it may go back."),
                "feed": .text("Has to be the id of the present feed."),
            ],
            optional: ["expected", "rewind", "feed"]
        )
    }

    static let consumerPage = NamedSchema(
        "ConsumerPage",
        .page("consumers", of: consumer, next: .text("To be sent back as after."))
    )
}
