import HTTPCore

extension APIOperation {
    package static let health = APIOperation(
        id: "health",
        tag: .service,
        summary: "Whether the receiver is alive",
        text: "Checks nothing. Query parameters are ignored.",
        ignoresQuery: true,
        answers: [.json("The receiver is alive.", .health)]
    )

    package static let readiness = APIOperation(
        id: "readiness",
        tag: .service,
        summary: "Whether the receiver is ready for callbacks",
        text: "Ready: the database is writable, keys are loaded, and the receiver is not stopping.",
        answers: [
            .json("Ready.", .readiness),
            .json(
                "Not ready; `checks` lists the reasons. Or too many requests are in flight.",
                .readiness,
                status: .serviceUnavailable
            ),
        ]
    )

    package static let metrics = APIOperation(
        id: "metrics",
        tag: .service,
        summary: "Metrics for Prometheus",
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
        text: "An OpenAPI 3.1 document, generated from the routes.",
        answers: [
            Answer(
                status: .ok,
                text: "The document.",
                content: .json(.anyObject("An OpenAPI 3.1 document."))
            )
        ]
    )
}
