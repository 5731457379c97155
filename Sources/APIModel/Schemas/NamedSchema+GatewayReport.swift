// The forms that the gateway sends: counts, no contents.
extension NamedSchema {
    static let gatewayReport = NamedSchema(
        "GatewayReport",
        .response([
            "madeAt": .time(),
            "from": .time().orNull,
            "to": .time().orNull,
            "limit": .integer(
                1...Int64.max,
                "The maximum number of callbacks, and of gateway calls."
            ),
            "callbacks": .reference(callbackSurvey),
            "outbound": .reference(outboundSurvey),
        ])
    )

    private static let truncated = JSONSchema.flag(
        "Whether older ones in the period were left out."
    )

    static let callbackSurvey = NamedSchema(
        "CallbackSurvey",
        .response(
            [
                "count": .integer(0...Int64.max, "The number of callbacks in the report."),
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
            "The forms of the gateway's callbacks."
        )
    )

    static let outboundSurvey = NamedSchema(
        "OutboundSurvey",
        .response(
            [
                "count": .integer(0...Int64.max, "The number of gateway calls in the report."),
                "period": period,
                "services": .list(of: service),
                "truncated": truncated,
            ],
            "The forms of the gateway's responses."
        )
    )

    private static let service = JSONSchema.response([
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

    private static let period = JSONSchema.response([
        "firstAt": .time().orNull, "lastAt": .time().orNull,
    ])

    static let sighting = NamedSchema(
        "Sighting",
        .response(
            ["count": .integer(1...Int64.max), "firstAt": .time(), "lastAt": .time()],
            "How often and when something was seen."
        )
    )

    /// The values that were seen, each with its count and times.
    ///
    /// - Parameter members: the members that make up one value.
    private static func tally(
        of members: KeyValuePairs<String, JSONSchema>,
        optional: Set<String> = []
    ) -> JSONSchema {
        .response([
            "values": .list(
                of: .all([.response(members, optional: optional), .reference(sighting)]),
                "Most frequent first."
            ),
            "unlisted": .integer(0...Int64.max, "The count of all values that are not listed."),
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
        tally(
            of: ["type": jsonType, "value": .text("The value, if it is short.")],
            optional: ["value"]
        )
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
            .response(["notSeen": .list(of: .text(), "Documented members that were never seen.")]),
        ])
    )

    static let spread = NamedSchema(
        "Spread",
        .response([
            "count": .integer(),
            "min": number.orNull, "median": number.orNull, "p95": number.orNull,
            "max": number.orNull,
        ])
    )

    private static let number = JSONSchema.integer(Int64.min...Int64.max)

    private static let repetitions = JSONSchema.response([
        "identical": .response(
            [
                "callbacks": .integer(), "deliveries": .integer(),
                "spacingSeconds": .reference(spread),
            ],
            "Redeliveries of the same signed string."
        ),
        "sameFact": .response(
            [
                "facts": .integer(), "callbacks": .integer(), "keptExternalId": .integer(),
                "changedExternalId": .integer(), "changedTimestamp": .integer(),
                "spacingSeconds": .reference(spread),
            ],
            "The same fact in another callback."
        ),
    ])
}
