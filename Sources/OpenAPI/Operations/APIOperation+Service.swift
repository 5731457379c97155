import APIModel
import HTTPCore
import Maintenance

extension APIOperation {
    package static let health = APIOperation(
        id: "health",
        tag: .service,
        summary: "Whether the receiver is alive",
        text: "Checks nothing. Query parameters are ignored.",
        ignoresQuery: true,
        responses: [.json("The receiver is alive.", .health)]
    )

    package static let readiness = APIOperation(
        id: "readiness",
        tag: .service,
        summary: "Whether the receiver is ready for callbacks",
        text: "Ready: the database is writable, keys are loaded, and the receiver is not stopping.",
        responses: [
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
        text: "Counters, gauges and histograms in base units. Their names begin with `cashin_`, "
            + "those of the process with `process_`. What is read from the database is left out "
            + "when it cannot be read; then `cashin_database_readable` is 0.",
        responses: [
            SuccessResponse(
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

    package static let showOverview = APIOperation(
        id: "showOverview",
        tag: .service,
        summary: "What the first view of the page shows",
        text: """
            Health in a sentence, the hours of today in Jakarta, the time from payment to \
            callback, gateway, consumers, open attention entries and disk. It is made at most once \
            in two seconds for all clients, so asking often costs little.
            """,
        responses: [.json("The overview.", .overview)]
    )

    package static let document = APIOperation(
        id: "document",
        tag: .service,
        summary: "This document",
        text: "An OpenAPI 3.1 document, generated from the routes.",
        responses: [
            SuccessResponse(
                status: .ok,
                text: "The document.",
                content: .json(.reference(.document))
            )
        ]
    )

    package static let startPrune = APIOperation(
        id: "startPrune",
        tag: .service,
        summary: "Erase old heads and bodies",
        text: """
            Erases heads and bodies of callbacks and gateway calls; hashes, signatures, verdicts \
            and facts stay. Rejected requests of that time are removed. With `transitions`, \
            transitions older than 400 days that every consumer has passed are removed from the \
            start of the feed. The work continues after the response, in small steps; repeating \
            the same request returns the progress.
            """,
        body: Body(
            schema: .pruneOrder,
            examples: [
                "count": "{\"before\": \"2026-01-01\", \"transitions\": true, \"dryRun\": true}",
                "erase": "{\"before\": \"2026-01-01\"}",
            ]
        ),
        responses: [
            .json(
                "The prune is running.",
                .prune,
                status: .accepted,
                headers: [.pruneLocation]
            )
        ],
        problems: [.pruneRunning]
    )

    package static let showPrune = APIOperation(
        id: "showPrune",
        tag: .service,
        summary: "The progress of the last prune",
        text: "The last prune since the start, by request or by `storage.bodyDays`.",
        responses: [.json("The progress.", .prune)]
    )
}

extension NamedSchema {
    static let pruneSchemas = [pruneOrder, prune, pruneState]

    static let pruneOrder = NamedSchema(
        "PruneOrder",
        .request(
            [
                "before": .bound,
                "transitions": .flag("Whether old transitions are removed, too."),
                "dryRun": .flag("Whether the data is only counted."),
            ],
            optional: ["transitions", "dryRun"],
            "Selects data from before `before`, which must not be in the future."
        )
    )

    private static let pruneState = NamedSchema(
        "PruneState",
        .oneOf(
            PruneProgress.State.allCases.map(\.rawValue),
            "`idle`: none since the start. `stopped`: interrupted; the same request resumes it."
        )
    )

    static let prune = NamedSchema(
        "Prune",
        .response([
            "state": .reference(pruneState),
            "before": .time("The end of the erased period.").orNull,
            "transitions": .flag("Whether old transitions are removed, too."),
            "dryRun": .flag("Whether the data is only counted."),
            "percent": .integer(0...100),
            "callbacks": .integer(
                0...Int64.max,
                "The number of callbacks whose head and body were erased."
            ),
            "gatewayCalls": .integer(
                0...Int64.max,
                "The number of gateway calls whose heads and bodies were erased."
            ),
            "refusals": .integer(
                0...Int64.max,
                "The number of rejected requests that were removed."
            ),
            "removedTransitions": .integer(),
            "bytes": .integer(0...Int64.max, "The size of the erased heads and bodies."),
            "oldest": .integer(1...Int64.max, "The oldest sequence number in the feed.").orNull,
            "heldBy": .text("The consumer that has not passed the next transition to be removed.")
                .orNull,
            "startedAt": .time().orNull,
            "finishedAt": .time().orNull,
            "error": .text("The reason of a failure.").orNull,
        ])
        .example(
            """
            {"state": "running", "before": "2026-01-01T00:00:00.000+07:00", "transitions": false,
             "dryRun": false, "percent": 42, "callbacks": 4200, "gatewayCalls": 0, "refusals": 0,
             "removedTransitions": 0, "bytes": 4368000, "oldest": null, "heldBy": null,
             "startedAt": "2026-11-22T10:03:12.120+07:00", "finishedAt": null, "error": null}
            """
        )
    )
}
