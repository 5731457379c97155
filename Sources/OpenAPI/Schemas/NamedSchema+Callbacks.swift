import APIModel
import Payments

// Kept callbacks.
extension NamedSchema {
    static let callbackSchemas = [
        callback, callbackPage, outcome, headerField, callbackMatch, callbackDeliveries,
        erasedCallback,
    ]

    static let outcome = NamedSchema(
        "CallbackOutcome",
        .oneOf(CallbackOutcome.allCases.map(\.word), "The outcome of a callback.")
    )

    static let callback = NamedSchema(
        "Callback",
        .response(
            [
                "id": .integer(1...Int64.max),
                "receivedAt": .time(),
                "outcome": .reference(outcome),
                "responseCode": .text("The code of the response."),
                "responseMessage": .text("The message of the response."),
                "externalId": .text("X-EXTERNAL-ID.").orNull,
                "partnerReferenceNo": .text("The merchant's reference of the payment.").orNull,
                "originalPartnerReferenceNo": .text("The member as received.").orNull,
                "originalReferenceNo": .text("The member as received.").orNull,
                "latestTransactionStatus": .reference(latestTransactionStatus).orNull,
                "amount": .reference(money).orNull,
                "sequence": .integer(
                    1...Int64.max,
                    "The sequence number of the transition that it caused."
                )
                .orNull,
                "match": .reference(callbackMatch).orNull,
                "deliveries": .reference(callbackDeliveries),
                "client": .text("The client address."),
                "requestLine": .text("The request line as received.").orNull,
                "headers": .list(
                    of: .reference(headerField),
                    "The header fields as received, in order."
                ).orNull,
                "body": .text("The body byte for byte, if it is UTF-8."),
                "bodyBase64": .text("The body in base64, if it is not UTF-8."),
                "erased": .reference(erasedCallback).orNull,
            ],
            optional: ["body", "bodyBase64"],
            "A request received on the notify listener, with its outcome."
        )
        .example(Example.callback)
    )

    private static let headerField = NamedSchema(
        "HeaderField",
        .response(["name": .text(), "value": .text()])
    )

    private static let erasedCallback = NamedSchema(
        "ErasedCallback",
        .response(
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
    )

    private static let callbackMatch = NamedSchema(
        "CallbackMatch",
        .response(
            [
                "path": .text("The signed path."),
                "body": .reference(bodyForm),
                "keyFingerprint": .text("SHA-256 of the public key that verified the signature."),
            ],
            "The candidate for which the signature verified; null if it did not verify."
        )
    )

    private static let callbackDeliveries = NamedSchema(
        "CallbackDeliveries",
        .response(
            ["count": .integer(1...Int64.max), "firstAt": .time(), "lastAt": .time()],
            "The deliveries of the same signed string."
        )
    )

    static let callbackPage = NamedSchema(
        "CallbackPage",
        .page("callbacks", of: callback, next: .integer(0...Int64.max, "`after` of the next page."))
    )

}

// Judging kept callbacks again.
extension NamedSchema {
    static let replaySchemas = [
        replay, replayByID, replayByOutcome, replayResults, replayResult, replayProblem,
    ]

    static let replay = NamedSchema(
        "Replay",
        .either(
            [.reference(replayByID), .reference(replayByOutcome)],
            "Selects callbacks by their ids, or by outcome and time of receipt the newest "
                + "\(APILimits.replayedCallbacksMax)."
        )
    )

    private static let replayByID = NamedSchema(
        "ReplayByID",
        .request(
            [
                "ids": .list(
                    of: .integer(1...Int64.max),
                    count: 1...APILimits.replayedCallbacksMax
                ),
                "dryRun": .flag("If true, nothing is written and the result is shown."),
            ],
            optional: ["dryRun"]
        )
    )

    private static let replayByOutcome = NamedSchema(
        "ReplayByOutcome",
        .request(
            [
                "outcome": .reference(outcome),
                "from": .bound,
                "to": .bound,
                "dryRun": .flag("If true, nothing is written and the result is shown."),
            ],
            optional: ["from", "to", "dryRun"]
        )
    )

    private static let replayProblem = NamedSchema(
        "ReplayProblem",
        .oneOf(
            [Problem.Kind.bodyErased.rawValue],
            "The reason why a callback cannot be judged again."
        )
    )

    private static let replayResult = NamedSchema(
        "ReplayResult",
        .response(
            [
                "callbackId": .integer(1...Int64.max),
                "before": .reference(outcome),
                "after": .reference(outcome),
                "sequence": .integer(1...Int64.max, "The sequence number of a new transition."),
                "problem": .reference(replayProblem),
            ],
            optional: ["sequence", "problem"]
        )
    )

    static let replayResults = NamedSchema(
        "ReplayResults",
        .response([
            "results": .list(of: .reference(replayResult), "In the order of receipt."),
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
