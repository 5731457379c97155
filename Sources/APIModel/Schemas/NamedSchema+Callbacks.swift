import Payments
import Snap

// Kept callbacks.
extension NamedSchema {
    static let outcome = JSONSchema.oneOf(
        CallbackOutcome.allCases.map(\.word),
        "What became of the callback."
    )

    static let callback = NamedSchema(
        "Callback",
        .answer(
            [
                "id": .integer(1...Int64.max),
                "receivedAt": .time(),
                "outcome": outcome,
                "responseCode": .text("What was answered."),
                "responseMessage": .text("What was answered."),
                "externalId": .text("X-EXTERNAL-ID.").orNull,
                "partnerReferenceNo": .text("Of the payment that it is about.").orNull,
                "originalPartnerReferenceNo": .text("As received.").orNull,
                "originalReferenceNo": .text("As received.").orNull,
                "latestTransactionStatus": statusCode.orNull,
                "amount": .reference(money).orNull,
                "sequence": .integer(1...Int64.max, "The transition that it caused.").orNull,
                "match": callbackMatch.orNull,
                "deliveries": callbackDeliveries,
                "client": .text("The address that it came from."),
                "requestLine": .text("As received.").orNull,
                "headers": .list(
                    of: .answer(["name": .text(), "value": .text()]),
                    "As received, in order."
                ).orNull,
                "body": .text("The body, byte for byte, when it is UTF-8."),
                "bodyBase64": .text("The body when it is not."),
                "erased": erasedCallback.orNull,
            ],
            optional: ["body", "bodyBase64"],
            "What was received on the notify listener, and what became of it."
        )
        .example(Example.callback)
    )

    private static let erasedCallback = JSONSchema.answer(
        [
            "bodySha256": .text("Of the body as received.", pattern: "^[0-9a-f]{64}$"),
            "signedBodySha256": .text(
                "Of the body in the form that was signed.",
                pattern: "^[0-9a-f]{64}$"
            ),
            "signature": .text("X-SIGNATURE."),
        ],
        "What stays of a head and a body that were erased; null while they are there."
    )

    private static let callbackMatch = JSONSchema.answer(
        [
            "path": .text("What was signed as the path."),
            "body": .oneOf(BodyForm.allCases.map(\.rawValue), "The form that was signed."),
            "keyFingerprint": .text("Of the key that made the signature."),
        ],
        "What the signature verified over; null when it did not."
    )

    private static let callbackDeliveries = JSONSchema.answer(
        [
            "count": .integer(1...Int64.max),
            "firstAt": .time(),
            "lastAt": .time(),
        ],
        "How often the same bytes came."
    )

    static let callbackPage = NamedSchema(
        "CallbackPage",
        .page("callbacks", of: callback, next: .integer(0...Int64.max, "To be sent back as after."))
    )

    static let replay = NamedSchema(
        "Replay",
        .either(
            [
                .request(
                    [
                        "ids": .list(
                            of: .integer(1...Int64.max),
                            count: 1...APILimits.replayedCallbacksMax
                        ),
                        "dryRun": .flag("Only tell what would happen."),
                    ],
                    optional: ["dryRun"]
                ),
                .request(
                    [
                        "outcome": outcome,
                        "from": .bound,
                        "to": .bound,
                        "dryRun": .flag("Only tell what would happen."),
                    ],
                    optional: ["from", "to", "dryRun"]
                ),
            ],
            "Which callbacks: by their numbers, or those with an outcome and of a time, the newest "
                + "\(APILimits.replayedCallbacksMax)."
        )
    )

    static let replayResults = NamedSchema(
        "ReplayResults",
        .answer([
            "results": .list(
                of: .answer(
                    [
                        "callbackId": .integer(1...Int64.max),
                        "before": outcome,
                        "after": outcome,
                        "sequence": .integer(1...Int64.max, "The transition that it caused now."),
                        "problem": .oneOf(
                            [Problem.Kind.bodyErased.rawValue],
                            "Why it cannot be judged again."
                        ),
                    ],
                    optional: ["sequence", "problem"]
                ),
                "In the order in which the callbacks came."
            ),
            "more": .flag("Whether the selection holds older ones that were not judged."),
        ])
        .example(
            """
            {"results": [{"callbackId": 7, "before": "refused", "after": "applied", "sequence": 3}],
             "more": false}
            """
        )
    )
}

extension Example {
    static let callback = #"""
        {"id": 1, "receivedAt": "2026-11-22T10:03:12.120+07:00", "outcome": "applied",
         "responseCode": "2005600", "responseMessage": "Successful",
         "externalId": "3bdf97a4f465d6d395fac6e7ac9a9ed2", "partnerReferenceNo": "TRX-1",
         "originalPartnerReferenceNo": "PAY1", "originalReferenceNo": "TRX-1",
         "latestTransactionStatus": "00", "amount": {"value": "10000.00", "currency": "IDR"},
         "sequence": 2,
         "match": {"path": "/v1.0/debit/notify", "body": "raw", "keyFingerprint": "b2a0…"},
         "deliveries": {"count": 1, "firstAt": "2026-11-22T10:03:12.120+07:00",
                        "lastAt": "2026-11-22T10:03:12.120+07:00"},
         "client": "203.0.113.7", "requestLine": "POST /v1.0/debit/notify HTTP/1.1",
         "headers": [{"name": "Content-Type", "value": "application/json"}],
         "body": "{\"originalReferenceNo\":\"TRX-1\"}", "erased": null}
        """#
}
