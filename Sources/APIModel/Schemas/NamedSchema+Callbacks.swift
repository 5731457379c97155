import Payments
import Snap

// Kept callbacks.
extension NamedSchema {
    static let outcome = JSONSchema.oneOf(
        CallbackOutcome.allCases.map(\.word),
        "The outcome of the callback."
    )

    static let callback = NamedSchema(
        "Callback",
        .response(
            [
                "id": .integer(1...Int64.max),
                "receivedAt": .time(),
                "outcome": outcome,
                "responseCode": .text("The code of the response."),
                "responseMessage": .text("The message of the response."),
                "externalId": .text("X-EXTERNAL-ID.").orNull,
                "partnerReferenceNo": .text("The merchant's reference of the payment.").orNull,
                "originalPartnerReferenceNo": .text("The member as received.").orNull,
                "originalReferenceNo": .text("The member as received.").orNull,
                "latestTransactionStatus": statusCode.orNull,
                "amount": .reference(money).orNull,
                "sequence": .integer(
                    1...Int64.max,
                    "The sequence number of the transition that it caused."
                )
                .orNull,
                "match": callbackMatch.orNull,
                "deliveries": callbackDeliveries,
                "client": .text("The client address."),
                "requestLine": .text("The request line as received.").orNull,
                "headers": .list(
                    of: .response(["name": .text(), "value": .text()]),
                    "The header fields as received, in order."
                ).orNull,
                "body": .text("The body byte for byte, if it is UTF-8."),
                "bodyBase64": .text("The body in base64, if it is not UTF-8."),
                "erased": erasedCallback.orNull,
            ],
            optional: ["body", "bodyBase64"],
            "A request received on the notify listener, with its outcome."
        )
        .example(Example.callback)
    )

    private static let erasedCallback = JSONSchema.response(
        [
            "bodySha256": .text("SHA-256 of the body as received.", pattern: "^[0-9a-f]{64}$"),
            "signedBodySha256": .text(
                "SHA-256 of the body in the signed form.",
                pattern: "^[0-9a-f]{64}$"
            ),
            "signature": .text("X-SIGNATURE."),
        ],
        "What is left of an erased head and body; null if they are not erased."
    )

    private static let callbackMatch = JSONSchema.response(
        [
            "path": .text("The signed path."),
            "body": .oneOf(BodyForm.allCases.map(\.rawValue), "The signed form of the body."),
            "keyFingerprint": .text("SHA-256 of the public key that verified the signature."),
        ],
        "The candidate for which the signature verified; null if it did not verify."
    )

    private static let callbackDeliveries = JSONSchema.response(
        [
            "count": .integer(1...Int64.max),
            "firstAt": .time(),
            "lastAt": .time(),
        ],
        "The deliveries of the same signed string."
    )

    static let callbackPage = NamedSchema(
        "CallbackPage",
        .page("callbacks", of: callback, next: .integer(0...Int64.max, "`after` of the next page."))
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
                        "dryRun": .flag("If true, nothing is written and the result is shown."),
                    ],
                    optional: ["dryRun"]
                ),
                .request(
                    [
                        "outcome": outcome,
                        "from": .bound,
                        "to": .bound,
                        "dryRun": .flag("If true, nothing is written and the result is shown."),
                    ],
                    optional: ["from", "to", "dryRun"]
                ),
            ],
            "Selects callbacks by their ids, or by outcome and time of receipt the newest "
                + "\(APILimits.replayedCallbacksMax)."
        )
    )

    static let replayResults = NamedSchema(
        "ReplayResults",
        .response([
            "results": .list(
                of: .response(
                    [
                        "callbackId": .integer(1...Int64.max),
                        "before": outcome,
                        "after": outcome,
                        "sequence": .integer(
                            1...Int64.max,
                            "The sequence number of a new transition."
                        ),
                        "problem": .oneOf(
                            [Problem.Kind.bodyErased.rawValue],
                            "The reason why it cannot be judged again."
                        ),
                    ],
                    optional: ["sequence", "problem"]
                ),
                "In the order of receipt."
            ),
            "more": .flag("Whether the selection has older callbacks that were not judged."),
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
