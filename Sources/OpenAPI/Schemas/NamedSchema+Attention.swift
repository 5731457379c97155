import APIModel
import Payments

// The attention list.
extension NamedSchema {
    static let attentionSchemas = [
        attention, attentionKind, attentionState, attentionEvent, attentionPage,
    ]

    static let attentionKind = NamedSchema(
        "AttentionKind",
        .oneOf(AttentionKind.allCases.map(\.rawValue))
    )
    static let attentionState = NamedSchema(
        "AttentionState",
        .oneOf(["open", "resolved", "all"], "Which entries are listed.")
    )

    private static let attentionEvent = NamedSchema(
        "AttentionEvent",
        .response([
            "at": .time("The first occurrence."),
            "lastAt": .time("The last occurrence."),
            "count": .integer(1...Int64.max, "The number of occurrences."),
            "callbackId": .integer(1...Int64.max, "The newest callback that states it.").orNull,
            "text": .text("What was stated, and what was stored at that time."),
        ])
    )

    static let attention = NamedSchema(
        "Attention",
        .response(
            [
                "id": .integer(1...Int64.max),
                "kind": .reference(attentionKind),
                "partnerReferenceNo": .text("The merchant's reference of the payment.").orNull,
                "callbackId": .integer(1...Int64.max, "The newest callback of the entry.").orNull,
                "detail": .text("The text of the first event."),
                "count": .integer(1...Int64.max, "The number of occurrences."),
                "openedAt": .time(),
                "lastAt": .time(),
                "events": .list(
                    of: .reference(attentionEvent),
                    "One for each fact or cause, oldest first; at most ten, more are only counted."
                ),
                "resolvedAt": .time().orNull,
                "resolvedBy": .text("The name of the token, or what resolved it, such as `query`.")
                    .orNull,
                "note": .text("The note of the resolution.").orNull,
            ],
            "An item that needs manual review."
        )
        .example(
            """
            {"id": 1, "kind": "amount-mismatch", "partnerReferenceNo": "TRX-1", "callbackId": 3,
             "detail": "10000.00 was expected, 9000.00 came.", "count": 1,
             "openedAt": "2026-11-22T10:03:12.120+07:00", "lastAt": "2026-11-22T10:03:12.120+07:00",
             "events": [{"at": "2026-11-22T10:03:12.120+07:00",
                "lastAt": "2026-11-22T10:03:12.120+07:00", "count": 1, "callbackId": 3,
                "text": "10000.00 was expected, 9000.00 came."}],
             "resolvedAt": null, "resolvedBy": null, "note": null}
            """
        )
    )

    static let attentionPage = NamedSchema(
        "AttentionPage",
        .page(
            "attention",
            of: attention,
            next: .integer(0...Int64.max, "`after` of the next page.")
        )
    )

}

// Operators' decisions.
extension NamedSchema {
    static let decisionSchemas = [
        resolution, resolvedAttention, manyResolution, resolvedMany, acceptance, acceptedStatus,
        acceptableStatus,
    ]

    static let resolution = NamedSchema(
        "Resolution",
        .request(
            [
                "note": note,
                "accept": .reference(acceptableStatus),
                "amount": .reference(acceptedAmount),
                "callbackId": .integer(
                    1...Int64.max,
                    "The callback whose fact is accepted, if the entry has several facts."
                ),
                "dryRun": dryRun,
            ],
            optional: ["accept", "amount", "callbackId", "dryRun"]
        )
    )

    static let manyResolution = NamedSchema(
        "ManyResolution",
        .request([
            "kind": .reference(attentionKind),
            "before": .bound,
            "note": note,
        ])
    )

    static let resolvedMany = NamedSchema(
        "ResolvedMany",
        .response(["resolved": .integer(0...Int64.max, "The number of resolved entries.")])
    )

    static let acceptance = NamedSchema(
        "Acceptance",
        .request(
            [
                "status": .reference(acceptableStatus), "amount": .reference(acceptedAmount),
                "note": note, "dryRun": dryRun,
            ],
            optional: ["amount", "dryRun"]
        )
    )

    static let acceptedStatus = NamedSchema(
        "AcceptedStatus",
        .response([
            "transaction": .reference(transactionWithHistory).orNull,
            "transition": .reference(transition).orNull,
            "dryRun": dryRun,
        ])
    )

    private static let note = JSONSchema.text(
        "What was found, as a note to the decision.",
        length: 1...APILimits.noteCharactersMax
    )
    private static let acceptableStatus = NamedSchema(
        "AcceptableStatus",
        .oneOf(
            APILimits.acceptableStatuses.map(\.code),
            names: APILimits.acceptableStatuses.map(\.clientName),
            "The new status of the payment."
        )
    )
    private static let dryRun = JSONSchema.flag(
        "If true, nothing is written and the result is shown."
    )

    static let resolvedAttention = NamedSchema(
        "ResolvedAttention",
        .response([
            "attention": .reference(attention),
            "transition": .reference(transition).orNull,
            "dryRun": dryRun,
        ])
    )
}
