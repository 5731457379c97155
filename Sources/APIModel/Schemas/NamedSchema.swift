/// A schema that stands in the document under a name of its own, to be referred to.
struct NamedSchema: Sendable {
    let name: String
    let schema: JSONSchema

    init(_ name: String, _ schema: JSONSchema) {
        self.name = name
        self.schema = schema
    }

    /// All of them, in the order of the document.
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

    /// A time that the receiver noted.
    static func time(_ description: String? = nil) -> JSONSchema {
        let form = "RFC 3339 with milliseconds at +07:00."
        return text(
            [description, form].compactMap { $0 }.joined(separator: " "),
            format: "date-time"
        )
    }

    /// A bound of a span of time.
    static let bound = any(
        of: [text(format: "date"), text(format: "date-time")],
        "A Jakarta day, which stands for its first moment, or an RFC 3339 time."
    )

    /// One page of a list, with `next` and `more`.
    static func page(
        _ name: String,
        of entry: NamedSchema,
        next: JSONSchema,
        more: String = "Whether there are more entries behind this page."
    ) -> JSONSchema {
        answer([
            name: list(of: reference(entry)),
            "next": next,
            "more": flag(more),
        ])
    }
}
