import Payments

// The attention list, operators' decisions, problems, and the state of the service.
extension NamedSchema {
    static let attentionKind = JSONSchema.oneOf(AttentionKind.allCases.map(\.rawValue))

    private static let attentionEvent = JSONSchema.response([
        "at": .time("The first occurrence."),
        "lastAt": .time("The last occurrence."),
        "count": .integer(1...Int64.max, "The number of occurrences."),
        "callbackId": .integer(1...Int64.max, "The newest callback that states it.").orNull,
        "text": .text("What was stated, and what was stored at that time."),
    ])

    static let attention = NamedSchema(
        "Attention",
        .response(
            [
                "id": .integer(1...Int64.max),
                "kind": attentionKind,
                "partnerReferenceNo": .text("The merchant's reference of the payment.").orNull,
                "callbackId": .integer(1...Int64.max, "The newest callback of the entry.").orNull,
                "detail": .text("The text of the first event."),
                "count": .integer(1...Int64.max, "The number of occurrences."),
                "openedAt": .time(),
                "lastAt": .time(),
                "events": .list(
                    of: attentionEvent,
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

    static let resolution = NamedSchema(
        "Resolution",
        .request(
            [
                "note": note,
                "accept": acceptedCode,
                "amount": acceptedAmount,
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
            "kind": attentionKind,
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
            ["status": acceptedCode, "amount": acceptedAmount, "note": note, "dryRun": dryRun],
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
    private static let acceptedCode = JSONSchema.oneOf(
        APILimits.acceptableStatuses.map(\.code),
        "The new status of the payment."
    )
    private static let acceptedAmount = amount(
        text: "^[0-9]{1,16}(\\.[0-9]{1,2})?$",
        from: 0,
        "The amount, if no fact or several facts state one; \(decimals)"
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
        "at most two decimals; `15.000` is ambiguous and refused."

    /// An amount in each of its forms: text, number, or an object with value and currency.
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
        .response(
            [
                "type": .oneOf(Problem.Kind.allCases.map(\.urn)),
                "title": .text("The same for all problems of a type."),
                "status": .integer(400...599, "The HTTP status."),
                "detail": .text("The explanation of this occurrence, for people."),
                "retryable": .flag("Whether the same request may succeed later."),
                "field": .text("The parameter, header or member that is wrong."),
                "responseCode": .text("The gateway's response code, if a gateway call failed."),
                "responseMessage": .text("The gateway's response message."),
                "oldest": .integer(
                    1...Int64.max,
                    "With `position-expired`: the oldest sequence number."
                ),
                "current": .integer(0...Int64.max, "The offset of a consumer that was not moved."),
            ],
            optional: ["field", "responseCode", "responseMessage", "oldest", "current"],
            "Problem details (RFC 9457). The types are a closed list."
        )
        .example(
            """
            {"type": "urn:cashin-receiver:problem:invalid-parameter",
             "title": "A parameter has an invalid value", "status": 400,
             "detail": "limit must be a whole number from 1 to 1000.", "retryable": false,
             "field": "limit"}
            """
        )
    )

    static let health = NamedSchema("Health", .response(["status": .constant("ok")]))

    static let readiness = NamedSchema(
        "Readiness",
        .response([
            "status": .oneOf(["ok", "not ready"]),
            "checks": .list(
                of: .response([
                    "name": .oneOf(["database", "keys", "draining"]),
                    "status": .text("`ok`, or the reason."),
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
