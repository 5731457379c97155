import HTTPCore
import Payments

extension APIOperation {
    package static let listAttention = APIOperation(
        id: "listAttention",
        tag: .attention,
        summary: "Items that need manual review, newest first",
        text: "One open entry of a kind for each payment.",
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

    package static let resolveAttention = APIOperation(
        id: "resolveAttention",
        tag: .attention,
        summary: "Resolve an entry",
        text: """
            With `accept` the payment gets that status by a transition whose source is `operator`, \
            if the status table has a way there; the amount is the one of the entry's fact, or \
            `amount`. Without `accept` the entry's facts are dismissed: they open no entry again.
            """,
        parameters: [
            .path("id", "The number of an entry.", .integer(1...Int64.max), example: "1")
        ],
        body: Body(
            schema: .resolution,
            examples: ["noted": "{\"note\": \"The gateway confirms by phone that it was a test.\"}"]
        ),
        answers: [.json("The entry as it is now.", .resolvedAttention)],
        problems: [.attentionNotFound, .alreadyResolved, .notAllowed, .severalFacts]
    )

    package static let resolveAllAttention = APIOperation(
        id: "resolveAllAttention",
        tag: .attention,
        summary: "Resolve all open entries of a kind",
        text: "Nothing is accepted: the facts of the entries are dismissed.",
        body: Body(
            schema: .manyResolution,
            examples: [
                "maintenance": """
                {"kind": "unresolved-payment", "before": "2026-11-22", "note": "Maintenance."}
                """
            ]
        ),
        answers: [.json("How many were resolved.", .resolvedMany)]
    )

    package static let acceptStatus = APIOperation(
        id: "acceptStatus",
        tag: .attention,
        summary: "Give a payment a status",
        text: """
            For a payment that has no entry, or is not known yet. The transition's source is \
            `operator`; a status that an operator gave can be changed to any other.
            """,
        parameters: [
            .path(
                "partnerReferenceNo",
                "The merchant's number of the payment.",
                .text(length: 1...Reference.bytesMax),
                example: "TRX-9"
            )
        ],
        body: Body(
            schema: .acceptance,
            examples: [
                "refunded": """
                {"status": "04", "amount": "10000.00", "note": "Sent back by bank transfer."}
                """
            ]
        ),
        answers: [.json("The payment as it is now.", .acceptedStatus)],
        problems: [.transactionNotFound, .notAllowed, .severalFacts]
    )
}
