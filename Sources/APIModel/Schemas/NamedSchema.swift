/// A schema that is a named component of the document.
struct NamedSchema: Sendable {
    let name: String
    let schema: JSONSchema

    init(_ name: String, _ schema: JSONSchema) {
        self.name = name
        self.schema = schema
    }

    /// All named schemas, in the order of the document.
    static let all = [
        money, transition, transitionPage, transaction, transactionWithHistory, transactionPage,
        consumer, consumerMove, consumerPage, callback, callbackPage, diagnosis, replay,
        replayResults, attention, attentionPage, resolution, resolvedAttention, manyResolution,
        resolvedMany, acceptance, acceptedStatus, rupiah,
        positiveRupiah, generation, query, queryAnswer, nothing, reconciliation, dossier,
        dossierCallback, exchange, gatewayReport, callbackSurvey, outboundSurvey, sighting,
        seenValues, signatureForms, externalIDForms, memberTally, spellings, timeForms, amountForms,
        spread, health, readiness, pruneOrder, prune, problem,
    ]
}

extension JSONSchema {
    static func reference(_ named: NamedSchema) -> JSONSchema { reference(named.name) }

    /// A time written by the receiver.
    static func time(_ description: String? = nil) -> JSONSchema {
        let form = "RFC 3339 with milliseconds at +07:00."
        return text(
            [description, form].compactMap { $0 }.joined(separator: " "),
            format: "date-time"
        )
    }

    /// The start or end of a period.
    static let bound = any(
        of: [text(format: "date"), text(format: "date-time")],
        "A Jakarta day, which stands for its start, or an RFC 3339 time."
    )

    /// One page of a list, with `next` and `more`.
    static func page(
        _ name: String,
        of entry: NamedSchema,
        next: JSONSchema,
        more: String = "Whether there are more entries after this page."
    ) -> JSONSchema {
        answer([
            name: list(of: reference(entry)),
            "next": next,
            "more": flag(more),
        ])
    }
}
