extension APIOperation {
    package static let selfTest = APIOperation(
        id: "selfTest",
        tag: .service,
        summary: "Test the way to the gateway and from it",
        text: """
            Queries the gateway about a made-up reference and expects that it is not found: then \
            key, client id and path are right. Posts an unsigned callback to the own \
            `notify.publicURL` and expects the receiver's own refusal: then name, certificate \
            chain, proxies and path are right. Changes nothing at the gateway. The status is 200 \
            whatever the checks find.
            """,
        responses: [.json("The checks.", .selfTest)]
    )
}

extension NamedSchema {
    static let selfTestSchemas = [selfTest, selfTestCheck, selfTestName, selfTestOutcome]

    private static let selfTestName = NamedSchema(
        "SelfTestName",
        .oneOf(["gateway", "publicURL"])
    )
    private static let selfTestOutcome = NamedSchema(
        "SelfTestOutcome",
        .oneOf(["passed", "failed", "skipped"])
    )

    private static let selfTestCheck = NamedSchema(
        "SelfTestCheck",
        .response([
            "name": .reference(selfTestName),
            "outcome": .reference(selfTestOutcome),
            "detail": .text("What happened."),
            "remedy": .text("What to do.").orNull,
        ])
    )

    static let selfTest = NamedSchema(
        "SelfTest",
        .response([
            "passed": .flag("Whether no check failed."),
            "checks": .list(of: .reference(selfTestCheck)),
        ])
        .example(
            """
            {"passed": true, "checks": [
              {"name": "gateway", "outcome": "passed", "detail": "The gateway does not know the \
            made-up reference SELFTEST-1234567890123456 (4045101 Transaction Not Found), so it \
            accepts key, client id and path.", "remedy": null},
              {"name": "publicURL", "outcome": "passed", "detail": "This receiver refused the \
            unsigned callback to https://pay.example.id/v1.0/debit/notify itself (4015600), so \
            name, certificate, proxies and path are right.", "remedy": null}]}
            """
        )
    )
}
