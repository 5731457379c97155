// What the live gateway really sends: counts of forms, never contents.
extension NamedSchema {
    static let gatewayReport = NamedSchema(
        "GatewayReport",
        .answer([
            "madeAt": .time(),
            "from": .time().orNull,
            "to": .time().orNull,
            "limit": .integer(1...Int64.max, "Callbacks and, apart from them, calls at most."),
            "callbacks": .reference(callbackSurvey),
            "outbound": .reference(outboundSurvey),
        ])
    )

    private static let truncated = JSONSchema.flag("Whether there are older ones in the range.")

    static let callbackSurvey = NamedSchema(
        "CallbackSurvey",
        .answer(
            [
                "count": .integer(0...Int64.max, "Callbacks that were looked at."),
                "period": period,
                "signatures": .reference(signatureForms),
                "keys": .reference(seenValues),
                "members": .reference(memberTally),
                "unreadableBodies": .integer(),
                "headers": .reference(seenValues),
                "externalIds": .reference(externalIDForms),
                "channelIds": .reference(seenValues),
                "times": .reference(timeForms),
                "clockDifferenceMilliseconds": .reference(spread),
                "amounts": .reference(amountForms),
                "statuses": .reference(spellings),
                "roles": .reference(seenValues),
                "repetitions": repetitions,
                "clients": .reference(seenValues),
                "userAgents": .reference(seenValues),
                "httpVersions": .reference(seenValues),
                "answers": .reference(seenValues),
                "truncated": truncated,
            ],
            "What the gateway's callbacks look like."
        )
    )

    static let outboundSurvey = NamedSchema(
        "OutboundSurvey",
        .answer(
            [
                "count": .integer(0...Int64.max, "Calls that were looked at."),
                "period": period,
                "services": .list(of: service),
                "truncated": truncated,
            ],
            "What the gateway's answers look like."
        )
    )

    private static let service = JSONSchema.answer([
        "service": .oneOf(["generate", "query"]),
        "calls": .integer(),
        "unanswered": .integer(),
        "unreadableBodies": .integer(),
        "httpStatuses": .reference(seenValues),
        "responseCodes": .reference(spellings),
        "responseMilliseconds": .reference(spread),
        "members": .reference(memberTally),
        "serviceCodes": .reference(spellings),
        "amounts": .reference(amountForms),
        "statuses": .reference(spellings),
        "times": .reference(timeForms),
    ])

    private static let period = JSONSchema.answer([
        "firstAt": .time().orNull, "lastAt": .time().orNull,
    ])

    static let sighting = NamedSchema(
        "Sighting",
        .answer(
            ["count": .integer(1...Int64.max), "firstAt": .time(), "lastAt": .time()],
            "How often something was seen."
        )
    )

    /// How often values with these members were seen.
    private static func tally(
        of members: KeyValuePairs<String, JSONSchema>,
        optional: Set<String> = []
    ) -> JSONSchema {
        .answer([
            "values": .list(
                of: .all([.answer(members, optional: optional), .reference(sighting)]),
                "The most frequent first."
            ),
            "unlisted": .integer(0...Int64.max, "What was seen of values that are not listed."),
        ])
    }

    static let seenValues = NamedSchema("SeenValues", tally(of: ["value": .text()]))

    static let signatureForms = NamedSchema(
        "SignatureForms",
        tally(of: ["form": .oneOf(["completeURL", "path"]), "path": .text(), "body": .text()])
    )

    static let externalIDForms = NamedSchema(
        "ExternalIDForms",
        tally(
            of: ["form": .oneOf(["uuid", "digits", "other", "missing"]), "length": .integer()]
        )
    )

    static let spellings = NamedSchema(
        "Spellings",
        tally(of: ["type": jsonType, "value": .text("When it is short.")], optional: ["value"])
    )

    static let timeForms = NamedSchema(
        "TimeForms",
        tally(
            of: [
                "name": .text(),
                "form": .oneOf(["rfc3339", "epochMilliseconds", "other"]),
                "offset": .text(),
                "fractionDigits": .integer(),
            ],
            optional: ["offset", "fractionDigits"]
        )
    )

    static let amountForms = NamedSchema(
        "AmountForms",
        tally(
            of: ["type": jsonType, "decimals": .integer(), "exponent": .flag()],
            optional: ["decimals"]
        )
    )

    private static let jsonType = JSONSchema.oneOf([
        "object", "array", "string", "number", "boolean", "null",
    ])

    static let memberTally = NamedSchema(
        "MemberTally",
        .all([
            tally(of: ["path": .text(), "type": jsonType, "documented": .flag()]),
            .answer(["notSeen": .list(of: .text(), "Documented members that never were there.")]),
        ])
    )

    static let spread = NamedSchema(
        "Spread",
        .answer([
            "count": .integer(),
            "min": number.orNull, "median": number.orNull, "p95": number.orNull,
            "max": number.orNull,
        ])
    )

    private static let number = JSONSchema.integer(Int64.min...Int64.max)

    private static let repetitions = JSONSchema.answer([
        "identical": .answer(
            [
                "callbacks": .integer(), "deliveries": .integer(),
                "spacingSeconds": .reference(spread),
            ],
            "The same bytes again."
        ),
        "sameFact": .answer(
            [
                "facts": .integer(), "callbacks": .integer(), "keptExternalId": .integer(),
                "changedExternalId": .integer(), "changedTimestamp": .integer(),
                "spacingSeconds": .reference(spread),
            ],
            "The same fact in a callback of its own."
        ),
    ])
}
