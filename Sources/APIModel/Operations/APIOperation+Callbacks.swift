import HTTPCore

extension APIOperation {
    package static let listCallbacks = APIOperation(
        id: "listCallbacks",
        tag: .callbacks,
        summary: "Kept callbacks, newest first",
        text: """
            The journal and the kept refusals, byte for byte. A search for an outcome or an \
            X-EXTERNAL-ID looks at a bounded number of callbacks for one page, and a page ends at \
            8 MiB of heads and bodies: it may be short and still say `more`.
            """,
        parameters: [
            .query(
                "reference",
                "Only those that speak of this number of a payment, whoever's it is.",
                example: "TRX-1"
            ),
            .query(
                "outcome",
                "Only those with this outcome.",
                NamedSchema.outcome,
                example: "applied"
            ),
            .query(
                "externalId",
                "Only those with this X-EXTERNAL-ID.",
                example: "3bdf97a4f465d6d395fac6e7ac9a9ed2"
            ),
            .from, .to, .beforeNumber, .limit,
        ],
        answers: [.json("A page of callbacks.", .callbackPage)]
    )

    package static let showCallback = APIOperation(
        id: "showCallback",
        tag: .callbacks,
        summary: "One kept callback",
        text: "Head and body byte for byte, and what became of it.",
        parameters: [.callbackID],
        answers: [.json("The callback.", .callback)],
        problems: [.callbackNotFound]
    )

    package static let diagnoseCallback = APIOperation(
        id: "diagnoseCallback",
        tag: .callbacks,
        summary: "Why its signature verifies or does not",
        text: "With today's keys and configuration. The README explains the words.",
        parameters: [.callbackID],
        answers: [.json("The diagnosis.", .diagnosis)],
        problems: [.callbackNotFound, .bodyErased]
    )

    package static let reportOnGateway = APIOperation(
        id: "reportOnGateway",
        tag: .callbacks,
        summary: "What the live gateway really sends",
        text: """
            Looks at the newest callbacks and calls of a span and counts their forms: what is \
            signed, members, headers, times, amounts, repetitions. One report is made at a time.
            """,
        parameters: [
            .from, .to,
            .query(
                "limit",
                "How many callbacks and, apart from them, calls at most are looked at.",
                .integer(1...Int64(GatewayReportRange.entriesMax)),
                example: "1000"
            ),
        ],
        answers: [.json("The report.", .gatewayReport)]
    )

    package static let replayCallbacks = APIOperation(
        id: "replayCallbacks",
        tag: .callbacks,
        summary: "Judge kept callbacks again",
        text: """
            With today's keys, paths and options, the clock being their time of receipt. What \
            changes is appended to the feed; one that caused a transition already does nothing.
            """,
        body: Body(
            schema: .replay,
            examples: [
                "byNumber": "{\"ids\": [1], \"dryRun\": true}",
                "byOutcome": "{\"outcome\": \"refused\", \"from\": \"2026-11-22\"}",
            ]
        ),
        answers: [.json("What became of each.", .replayResults)],
        problems: [.callbackNotFound]
    )
}
