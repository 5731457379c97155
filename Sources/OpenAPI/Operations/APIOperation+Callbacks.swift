import APIModel
import HTTPCore

extension APIOperation {
    package static let listCallbacks = APIOperation(
        id: "listCallbacks",
        tag: .callbacks,
        summary: "Kept callbacks, newest first",
        text: """
            Callbacks of the journal and rejected requests, byte for byte. A search by outcome or \
            X-EXTERNAL-ID reads a bounded number of callbacks for one page, and a page ends at \
            8 MiB of heads and bodies. Therefore a page may be short although `more` is true.
            """,
        parameters: [
            .query(
                "reference",
                "Only callbacks with this reference, of the merchant or of the gateway.",
                example: "TRX-1"
            ),
            .query(
                "outcome",
                "Only callbacks with this outcome.",
                .reference(.outcome),
                example: "applied"
            ),
            .query(
                "externalId",
                "Only callbacks with this X-EXTERNAL-ID.",
                example: "3bdf97a4f465d6d395fac6e7ac9a9ed2"
            ),
            .from, .to, .beforeNumber, .limit,
        ],
        responses: [.json("A page of callbacks.", .callbackPage)]
    )

    package static let showCallback = APIOperation(
        id: "showCallback",
        tag: .callbacks,
        summary: "One kept callback",
        text: "The head and body byte for byte, and the outcome.",
        parameters: [.callbackID],
        responses: [.json("The callback.", .callback)],
        problems: [.callbackNotFound]
    )

    package static let diagnoseCallback = APIOperation(
        id: "diagnoseCallback",
        tag: .callbacks,
        summary: "Why a callback got its response, and why its signature verifies or fails",
        text: """
            `answer` is the response that it got, with its reason and remedy; `verdict` is about \
            the signature alone, with the current keys and configuration.
            """,
        parameters: [.callbackID],
        responses: [.json("The diagnosis.", .diagnosis)],
        problems: [.callbackNotFound, .bodyErased]
    )

    package static let diagnose = APIOperation(
        id: "diagnose",
        tag: .callbacks,
        summary: "Why the signature of a pasted callback verifies or fails",
        text: """
            The body is a callback as it was saved elsewhere: a raw HTTP request, a `curl` \
            command, a HAR file, or a callback of this API. It is diagnosed with the current keys \
            and configuration, and stored nowhere. `answer` is the response that it would get.
            """,
        parameters: [
            .query(
                "receivedAt",
                "When it was received, for the check of X-TIMESTAMP.",
                .text(format: "date-time"),
                example: "2026-11-22T10:00:00+07:00"
            )
        ],
        body: Body(
            schema: .savedCallback,
            mediaType: "text/plain",
            examples: ["request": Example.savedCallback]
        ),
        responses: [.json("The diagnosis.", .diagnosis)],
        problems: [.malformedBody]
    )

    package static let reportOnGateway = APIOperation(
        id: "reportOnGateway",
        tag: .callbacks,
        summary: "Which forms the gateway sends",
        text: """
            Counts the forms of the newest callbacks and gateway calls in a period: signed \
            strings, members, headers, times, amounts, redeliveries. Reports are made one at a \
            time.
            """,
        parameters: [
            .from, .to,
            .query(
                "limit",
                "The maximum number of callbacks, and of gateway calls, in the report.",
                .integer(1...Int64(GatewayReportRange.entriesMax)),
                example: "1000"
            ),
        ],
        responses: [.json("The report.", .gatewayReport)]
    )

    package static let replayCallbacks = APIOperation(
        id: "replayCallbacks",
        tag: .callbacks,
        summary: "Judge kept callbacks again",
        text: """
            Uses the current keys, paths and options; the clock is the time of receipt. \
            Transitions are appended to the feed. A callback that has already caused a transition \
            causes none.
            """,
        body: Body(
            schema: .replay,
            examples: [
                "byNumber": "{\"ids\": [1], \"dryRun\": true}",
                "byOutcome": "{\"outcome\": \"refused\", \"from\": \"2026-11-22\"}",
            ]
        ),
        responses: [.json("The outcome of each callback.", .replayResults)],
        problems: [.callbackNotFound]
    )
}
