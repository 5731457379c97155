import HTTPCore
import Maintenance

extension APIOperation {
    package static let startPrune = APIOperation(
        id: "startPrune",
        tag: .service,
        summary: "Erase old heads and bodies",
        text: """
            Of callbacks and calls of the gateway; their SHA-256, signature, verdict and facts \
            stay. Refused requests of the time are removed. With `transitions`, the feed is cut \
            off below the offset of every consumer and 400 days. Runs on behind the answer, in \
            small steps; the same order again tells how far it is.
            """,
        body: Body(
            schema: .pruneOrder,
            examples: [
                "count": "{\"before\": \"2026-01-01\", \"transitions\": true, \"dryRun\": true}",
                "erase": "{\"before\": \"2026-01-01\"}",
            ]
        ),
        answers: [
            .json(
                "It is under way.",
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
        summary: "How far the last erasure is",
        text: "Of the last order, or of what `storage.bodyDays` has erased, since the start.",
        answers: [.json("How far it is.", .prune)]
    )
}

extension NamedSchema {
    static let pruneOrder = NamedSchema(
        "PruneOrder",
        .request(
            [
                "before": .bound,
                "transitions": .flag("Whether the feed is cut off, too."),
                "dryRun": .flag("Whether it is only counted."),
            ],
            optional: ["transitions", "dryRun"],
            "What is from before `before`, which is not in the future."
        )
    )

    static let prune = NamedSchema(
        "Prune",
        .answer([
            "state": .oneOf(
                PruneProgress.State.allCases.map(\.rawValue),
                "`idle`: none since the start. `stopped`: given up; the same order goes on."
            ),
            "before": .time("What is older is erased.").orNull,
            "transitions": .flag("Whether the feed is cut off, too."),
            "dryRun": .flag("Whether it is only counted."),
            "percent": .integer(0...100),
            "callbacks": .integer(0...Int64.max, "Whose head and body were erased."),
            "gatewayCalls": .integer(0...Int64.max, "Whose heads and bodies were erased."),
            "refusals": .integer(0...Int64.max, "Refused requests that were removed."),
            "removedTransitions": .integer(),
            "bytes": .integer(0...Int64.max, "Of heads and bodies."),
            "oldest": .integer(1...Int64.max, "The oldest sequence number of the feed.").orNull,
            "heldBy": .text("The consumer that has not passed the next old transition.").orNull,
            "startedAt": .time().orNull,
            "finishedAt": .time().orNull,
            "error": .text("Why it failed.").orNull,
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
