import HTTPCore

extension APIOperation {
    package static let health = APIOperation(
        id: "health",
        tag: .service,
        summary: "Whether it is alive",
        text: "Looks at nothing, not even at its query.",
        ignoresQuery: true,
        answers: [.json("It is.", .health)]
    )

    package static let readiness = APIOperation(
        id: "readiness",
        tag: .service,
        summary: "Whether it is ready for callbacks",
        text: "The database can be written, keys are loaded, and it does not stop.",
        answers: [
            .json("It is.", .readiness),
            .json(
                "It is not: `checks` says why. Or too many requests are being served.",
                .readiness,
                status: .serviceUnavailable
            ),
        ]
    )

    package static let metrics = APIOperation(
        id: "metrics",
        tag: .service,
        summary: "What Prometheus collects",
        text: "Counters and gauges whose names begin with `cashin_`, in base units.",
        answers: [
            Answer(
                status: .ok,
                text: "The metrics.",
                content: .text(
                    mediaType: APILimits.metricsMediaType,
                    "The text format of Prometheus.",
                    example: """
                        # HELP cashin_feed_head The newest sequence number of the feed.
                        # TYPE cashin_feed_head gauge
                        cashin_feed_head 17

                        """
                )
            )
        ]
    )

    package static let document = APIOperation(
        id: "document",
        tag: .service,
        summary: "This document",
        text: "OpenAPI 3.1, made from the routes.",
        answers: [
            Answer(
                status: .ok,
                text: "The document.",
                content: .json(.anyObject("An OpenAPI 3.1 document."))
            )
        ]
    )
}
