import APIModel
import HTTPCore
import Payments

extension APIOperation {
    package static let listAttention = APIOperation(
        id: "listAttention",
        tag: .attention,
        summary: "Items that need manual review, newest first",
        text: "A payment has at most one open entry of each kind.",
        parameters: [
            .query(
                "state",
                "The state of the entries; `open` by default.",
                .reference(.attentionState),
                example: "all"
            ),
            .query(
                "kind",
                "Only entries of this kind.",
                .reference(.attentionKind),
                example: "invalid-callback"
            ),
            .beforeNumber, .limit,
        ],
        responses: [.json("A page of the attention list.", .attentionPage)]
    )

    package static let resolveAttention = APIOperation(
        id: "resolveAttention",
        tag: .attention,
        summary: "Resolve an entry",
        text: """
            With `accept`, the payment changes to that status by a transition with the source \
            `operator`, if the status table allows it. The amount is that of the entry's fact, or \
            `amount`. Without `accept`, the facts of the entry are dismissed: they do not open an \
            entry again.
            """,
        parameters: [
            .path("id", "The id of an entry.", .integer(1...Int64.max), example: "1")
        ],
        body: Body(
            schema: .resolution,
            examples: ["noted": "{\"note\": \"The gateway confirms by phone that it was a test.\"}"]
        ),
        responses: [.json("The entry after the decision.", .resolvedAttention)],
        problems: [.attentionNotFound, .alreadyResolved, .notAllowed, .severalFacts]
    )

    package static let resolveAllAttention = APIOperation(
        id: "resolveAllAttention",
        tag: .attention,
        summary: "Resolve all open entries of a kind",
        text: "The facts of the entries are dismissed; none is accepted.",
        body: Body(
            schema: .manyResolution,
            examples: [
                "maintenance": """
                {"kind": "unresolved-payment", "before": "2026-11-22", "note": "Maintenance."}
                """
            ]
        ),
        responses: [.json("The number of resolved entries.", .resolvedMany)]
    )

    package static let acceptStatus = APIOperation(
        id: "acceptStatus",
        tag: .attention,
        summary: "Set the status of a payment",
        text: """
            For a payment without an attention entry, or one that is not known yet. The source \
            of the transition is `operator`. A status that an operator has set can be replaced \
            by any other of these statuses.
            """,
        parameters: [
            .path(
                "partnerReferenceNo",
                "The merchant's reference of the payment.",
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
        responses: [.json("The payment after the decision.", .acceptedStatus)],
        problems: [.transactionNotFound, .notAllowed, .severalFacts]
    )
}
