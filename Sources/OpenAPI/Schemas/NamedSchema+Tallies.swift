// The parts of the gateway report that count the forms of one thing.
extension NamedSchema {
    static let tallySchemas =
        [sighting, jsonType, signatureFormName, externalIDFormName, timeFormName]
        + [
            seenValues, signatureForms, externalIDForms, spellings, timeForms, amountForms,
            memberTally,
        ] + sightings

    /// The elements of the tallies.
    private static let sightings = [
        seenValue, signatureForm, externalIDForm, spelling, timeForm, amountForm, memberSighting,
    ]

    private static let sighting = NamedSchema(
        "Sighting",
        .response(
            ["count": .integer(1...Int64.max), "firstAt": .time(), "lastAt": .time()],
            "How often and when something was seen."
        )
    )

    /// One value that was seen, with its count and times.
    ///
    /// - Parameter members: the members that make up the value.
    private static func seen(
        _ name: String,
        _ members: KeyValuePairs<String, JSONSchema>,
        optional: Set<String> = []
    ) -> NamedSchema {
        NamedSchema(
            name,
            .all([.reference(sighting), .response(members, optional: optional)])
        )
    }

    private static func list(of value: NamedSchema) -> JSONSchema {
        .list(of: .reference(value), "Most frequent first.")
    }

    private static let unlisted = JSONSchema.integer(
        0...Int64.max,
        "The count of all values that are not listed."
    )

    /// The values that were seen.
    private static func tally(_ name: String, of value: NamedSchema) -> NamedSchema {
        NamedSchema(name, .response(["values": list(of: value), "unlisted": unlisted]))
    }

    private static let jsonType = NamedSchema(
        "JSONType",
        .oneOf(["object", "array", "string", "number", "boolean", "null"])
    )
    private static let signatureFormName = NamedSchema(
        "SignatureFormName",
        .oneOf(["completeURL", "path"])
    )
    private static let externalIDFormName = NamedSchema(
        "ExternalIDFormName",
        .oneOf(["uuid", "digits", "other", "missing"])
    )
    private static let timeFormName = NamedSchema(
        "TimeFormName",
        .oneOf(["rfc3339", "epochMilliseconds", "other"])
    )

    private static let seenValue = seen("SeenValue", ["value": .text()])
    private static let signatureForm = seen(
        "SignatureForm",
        ["form": .reference(signatureFormName), "path": .text(), "body": .text()]
    )
    private static let externalIDForm = seen(
        "ExternalIDForm",
        ["form": .reference(externalIDFormName), "length": .integer()]
    )
    private static let spelling = seen(
        "Spelling",
        ["type": .reference(jsonType), "value": .text("The value, if it is short.")],
        optional: ["value"]
    )
    private static let timeForm = seen(
        "TimeForm",
        [
            "name": .text(),
            "form": .reference(timeFormName),
            "offset": .text(),
            "fractionDigits": .integer(),
        ],
        optional: ["offset", "fractionDigits"]
    )
    private static let amountForm = seen(
        "AmountForm",
        ["type": .reference(jsonType), "decimals": .integer(), "exponent": .flag()],
        optional: ["decimals"]
    )
    private static let memberSighting = seen(
        "MemberSighting",
        ["path": .text(), "type": .reference(jsonType), "documented": .flag()]
    )

    static let seenValues = tally("SeenValues", of: seenValue)
    static let signatureForms = tally("SignatureForms", of: signatureForm)
    static let externalIDForms = tally("ExternalIDForms", of: externalIDForm)
    static let spellings = tally("Spellings", of: spelling)
    static let timeForms = tally("TimeForms", of: timeForm)
    static let amountForms = tally("AmountForms", of: amountForm)
    static let memberTally = NamedSchema(
        "MemberTally",
        .response([
            "values": list(of: memberSighting),
            "unlisted": unlisted,
            "notSeen": .list(of: .text(), "Documented members that were never seen."),
        ])
    )
}
