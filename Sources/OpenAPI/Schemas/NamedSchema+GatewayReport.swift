// The forms that the gateway sends: counts, no contents.
extension NamedSchema {
    static let reportSchemas = [
        gatewayReport, callbackSurvey, outboundSurvey, serviceSurvey, period, repetitions,
        identicalRepetitions, sameFactRepetitions, spread,
    ]

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
                "period": .reference(period),
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
                "repetitions": .reference(repetitions),
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
                "period": .reference(period),
                "services": .list(of: .reference(serviceSurvey)),
                "truncated": truncated,
            ],
            "The forms of the gateway's responses."
        )
    )

    private static let serviceSurvey = NamedSchema(
        "ServiceSurvey",
        .response([
            "service": .reference(gatewayService),
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
    )

    private static let period = NamedSchema(
        "SurveyPeriod",
        .response(["firstAt": .time().orNull, "lastAt": .time().orNull])
    )

    private static let repetitions = NamedSchema(
        "Repetitions",
        .response([
            "identical": .reference(identicalRepetitions),
            "sameFact": .reference(sameFactRepetitions),
        ])
    )

    private static let identicalRepetitions = NamedSchema(
        "IdenticalRepetitions",
        .response(
            [
                "callbacks": .integer(), "deliveries": .integer(),
                "spacingSeconds": .reference(spread),
            ],
            "Redeliveries of the same signed string."
        )
    )

    private static let sameFactRepetitions = NamedSchema(
        "SameFactRepetitions",
        .response(
            [
                "facts": .integer(), "callbacks": .integer(), "keptExternalId": .integer(),
                "changedExternalId": .integer(), "changedTimestamp": .integer(),
                "spacingSeconds": .reference(spread),
            ],
            "The same fact in another callback."
        )
    )

    private static let spread = NamedSchema(
        "Spread",
        .response([
            "count": .integer(),
            "min": number.orNull, "median": number.orNull, "p95": number.orNull,
            "max": number.orNull,
        ])
    )

    private static let number = JSONSchema.integer(Int64.min...Int64.max)
}
