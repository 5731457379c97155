import Payments

// What operators look at and the gateway is asked for; how the service is.
extension NamedSchema {
    static let attentionKind = JSONSchema.oneOf(AttentionKind.allCases.map(\.rawValue))

    private static let attentionEvent = JSONSchema.answer([
        "at": .time("When it was said first."),
        "lastAt": .time(),
        "count": .integer(1...Int64.max, "How often it was said."),
        "callbackId": .integer(1...Int64.max, "The newest callback that says it.").orNull,
        "text": .text("What was said, and what was stored then."),
    ])

    static let attention = NamedSchema(
        "Attention",
        .answer(
            [
                "id": .integer(1...Int64.max),
                "kind": attentionKind,
                "partnerReferenceNo": .text("The payment that it is about.").orNull,
                "callbackId": .integer(1...Int64.max, "The newest callback about it.").orNull,
                "detail": .text("What it said first."),
                "count": .integer(1...Int64.max, "How often it was found."),
                "openedAt": .time(),
                "lastAt": .time(),
                "events": .list(
                    of: attentionEvent,
                    "One for each fact or cause, oldest first; ten at most, the others are counted."
                ),
                "resolvedAt": .time().orNull,
                "resolvedBy": .text("The name of a token, or what resolved it.").orNull,
                "note": .text("What was said about it.").orNull,
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
            next: .integer(0...Int64.max, "To be sent back as after.")
        )
    )

    static let resolution = NamedSchema(
        "Resolution",
        .request(
            [
                "note": note,
                "accept": acceptedCode,
                "amount": acceptedAmount,
                "callbackId": .integer(
                    1...Int64.max,
                    "The callback whose fact is accepted, where the entry names several."
                ),
                "dryRun": dryRun,
            ],
            optional: ["accept", "amount", "callbackId", "dryRun"]
        )
    )

    static let manyResolution = NamedSchema(
        "ManyResolution",
        .request([
            "kind": attentionKind,
            "before": .bound,
            "note": note,
        ])
    )

    static let resolvedMany = NamedSchema(
        "ResolvedMany",
        .answer(["resolved": .integer(0...Int64.max, "How many.")])
    )

    static let acceptance = NamedSchema(
        "Acceptance",
        .request(
            ["status": acceptedCode, "amount": acceptedAmount, "note": note, "dryRun": dryRun],
            optional: ["amount", "dryRun"]
        )
    )

    static let acceptedStatus = NamedSchema(
        "AcceptedStatus",
        .answer([
            "transaction": .reference(transactionWithHistory).orNull,
            "transition": .reference(transition).orNull,
            "dryRun": dryRun,
        ])
    )

    private static let note = JSONSchema.text(
        "What was found.",
        length: 1...APILimits.noteCharactersMax
    )
    private static let acceptedCode = JSONSchema.oneOf(
        APILimits.acceptableStatuses.map(\.code),
        "The status that the payment has from now on."
    )
    private static let acceptedAmount = amount(
        text: "^[0-9]{1,16}(\\.[0-9]{1,2})?$",
        from: 0,
        "The amount, where no fact tells it, or several do; \(decimals)"
    )
    private static let dryRun = JSONSchema.flag("Whether nothing is written.")

    static let resolvedAttention = NamedSchema(
        "ResolvedAttention",
        .answer([
            "attention": .reference(attention),
            "transition": .reference(transition).orNull,
            "dryRun": dryRun,
        ])
    )

    static let rupiah = NamedSchema(
        "Rupiah",
        amount(
            text: "^[0-9]{1,16}(\\.0{1,2})?$",
            from: 0,
            "Whole rupiah, \(decimals)"
        )
        .example("\"10000.00\"")
    )

    static let positiveRupiah = NamedSchema(
        "PositiveRupiah",
        amount(
            text: "^0{0,15}[1-9][0-9]{0,15}(\\.0{1,2})?$",
            from: 1,
            "Whole rupiah, more than 0, \(decimals)"
        )
        .example("\"10000.00\"")
    )

    private static let decimals =
        "no more than two decimals; `15.000` may mean fifteen thousand and is refused."

    /// An amount in each of its forms.
    private static func amount(text: String, from least: Int64, _ description: String) -> JSONSchema
    {
        let plain: [JSONSchema] = [
            .text(pattern: text),
            .integer(least...Amount.senMax / 100),
        ]
        let money = JSONSchema.request(["value": .either(plain), "currency": .constant("IDR")])
        return .either(plain + [money], description)
    }

    static let problem = NamedSchema(
        "Problem",
        .answer(
            [
                "type": .oneOf(Problem.Kind.allCases.map(\.urn)),
                "title": .text("The same for every problem of the type."),
                "status": .integer(400...599, "The HTTP status."),
                "detail": .text("What is wrong here, for people."),
                "retryable": .flag("Whether the same request may succeed later."),
                "field": .text("The parameter, header or member to blame."),
                "responseCode": .text("The gateway's own code, where a call of it failed."),
                "responseMessage": .text("The gateway's own words."),
                "oldest": .integer(1...Int64.max, "Of position-expired: the oldest one kept."),
                "current": .integer(0...Int64.max, "Where a consumer stands that did not move."),
            ],
            optional: ["field", "responseCode", "responseMessage", "oldest", "current"],
            "Problem details (RFC 9457). The types are a closed list."
        )
        .example(
            """
            {"type": "urn:cashin-receiver:problem:invalid-parameter",
             "title": "A parameter has a value that it cannot have", "status": 400,
             "detail": "limit has to be a whole number from 1 to 1000.", "retryable": false,
             "field": "limit"}
            """
        )
    )

    static let health = NamedSchema("Health", .answer(["status": .constant("ok")]))

    static let readiness = NamedSchema(
        "Readiness",
        .answer([
            "status": .oneOf(["ok", "not ready"]),
            "checks": .list(
                of: .answer([
                    "name": .oneOf(["database", "keys", "draining"]),
                    "status": .text("ok, or what is wrong."),
                ])
            ),
        ])
        .example(
            """
            {"status": "ok", "checks": [{"name": "database", "status": "ok"},
             {"name": "keys", "status": "ok"}, {"name": "draining", "status": "ok"}]}
            """
        )
    )
}
