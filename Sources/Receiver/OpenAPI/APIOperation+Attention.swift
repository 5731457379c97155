import HTTPCore

extension APIOperation {
    static let listAttention = APIOperation(
        id: "listAttention",
        tag: .attention,
        summary: "What somebody has to look at, newest first",
        text: "One open entry of a kind for each payment or callback.",
        parameters: [
            .query(
                "state",
                "`open` when it is not given.",
                .oneOf(["open", "resolved", "all"]),
                example: "all"
            ),
            .query(
                "kind",
                "Only entries of this kind.",
                NamedSchema.attentionKind,
                example: "invalid-callback"
            ),
            .beforeNumber, .limit,
        ],
        answers: [.json("A page of entries.", .attentionPage)]
    )

    static let resolveAttention = APIOperation(
        id: "resolveAttention",
        tag: .attention,
        summary: "Say that somebody has looked",
        text: """
            With `accept` the payment gets that status by a transition whose source is `operator`, \
            if the status table has a way there.
            """,
        parameters: [
            .path("id", "The number of an entry.", .integer(1...Int64.max), example: "1")
        ],
        body: Body(
            schema: .resolution,
            examples: ["noted": "{\"note\": \"The gateway confirms by phone that it was a test.\"}"]
        ),
        answers: [.json("The entry as it is now.", .resolvedAttention)],
        problems: [.attentionNotFound, .alreadyResolved, .statusConflict]
    )
}
