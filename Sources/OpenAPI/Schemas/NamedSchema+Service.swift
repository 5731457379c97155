import APIModel

// Problems, and the state of the service.
extension NamedSchema {
    static let serviceSchemas = [
        problem, problemType, health, readiness, readinessStatus, readinessCheck,
        readinessCheckName, document,
    ]

    static let problem = NamedSchema(
        "Problem",
        .response(
            [
                "type": .reference(problemType),
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

    private static let problemType = NamedSchema(
        "ProblemType",
        .oneOf(
            Problem.Kind.allCases.map(\.urn),
            names: Problem.Kind.allCases.map {
                $0.rawValue.uppercased().split(separator: "-").joined(separator: "_")
            }
        )
    )

    /// The response of `GET /openapi.json`.
    static let document = NamedSchema(
        "OpenAPIDocument",
        .anyObject("An OpenAPI 3.1 document.")
    )

    static let health = NamedSchema("Health", .response(["status": .constant("ok")]))

    private static let readinessStatus = NamedSchema(
        "ReadinessStatus",
        .oneOf(["ok", "not ready"])
    )
    private static let readinessCheckName = NamedSchema(
        "ReadinessCheckName",
        .oneOf(ReadinessCheck.Name.allCases.map(\.rawValue))
    )
    static let readinessCheck = NamedSchema(
        "ReadinessCheck",
        .response([
            "name": .reference(readinessCheckName),
            "status": .text("`ok`, or the reason."),
        ])
    )

    static let readiness = NamedSchema(
        "Readiness",
        .response([
            "status": .reference(readinessStatus),
            "checks": .list(of: .reference(readinessCheck)),
        ])
        .example(
            """
            {"status": "ok", "checks": [{"name": "database", "status": "ok"},
             {"name": "keys", "status": "ok"}, {"name": "draining", "status": "ok"}]}
            """
        )
    )
}
