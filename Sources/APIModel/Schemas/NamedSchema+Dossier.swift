// All evidence of one payment.
extension NamedSchema {
    static let dossier = NamedSchema(
        "Dossier",
        .answer([
            "madeAt": .time(),
            "transaction": .reference(transactionWithHistory),
            "attention": .list(of: .reference(attention), "Open and resolved, newest first."),
            "callbacks": .list(of: .reference(dossierCallback), "Newest first."),
            "exchanges": .list(of: .reference(exchange), "Calls of the gateway, newest first."),
            "keys": .list(
                of: .answer([
                    "use": .oneOf(["gateway", "merchant"]),
                    "fingerprint": .text("SHA-256 of the public key, hexadecimal."),
                    "pem": .text("PEM of the SPKI."),
                ]),
                "The public keys that verify something here."
            ),
            "truncated": .list(
                of: .oneOf(["callbacks", "exchanges", "attention"]),
                "The members that do not hold everything there is."
            ),
        ])
    )

    /// How to verify a signature without the receiver.
    private static let verification = JSONSchema.answer([
        "keyFingerprint": .text("Of the key that verifies the signature."),
        "lines": .list(
            of: .text(),
            "For a shell with `base64` and `openssl`; the last one says whether it verifies."
        ),
    ])

    /// What is kept as bytes: as text when it is UTF-8, else as base64 under another name.
    private static func bytes(_ text: String) -> JSONSchema {
        .text(text + " Not there when it is no UTF-8: then its name has `Base64` behind it.")
    }

    private static let base64 = JSONSchema.text(format: "byte")

    static let dossierCallback = NamedSchema(
        "DossierCallback",
        .all(
            [
                .reference(callback),
                .answer(
                    [
                        "requestHead": bytes("As received.").orNull,
                        "requestHeadBase64": base64,
                        "timestamp": .text("X-TIMESTAMP.").orNull,
                        "signature": bytes("X-SIGNATURE.").orNull, "signatureBase64": base64,
                        "stringToSign": bytes("What was signed.").orNull,
                        "stringToSignBase64": base64,
                        "verification": verification.orNull,
                    ],
                    optional: [
                        "requestHead", "requestHeadBase64", "signature", "signatureBase64",
                        "stringToSign", "stringToSignBase64",
                    ]
                ),
            ],
            "A callback with its evidence."
        )
    )

    private static let erasedCall = JSONSchema.answer(
        [
            "requestBodySha256": .text(pattern: "^[0-9a-f]{64}$"),
            "responseBodySha256": .text(pattern: "^[0-9a-f]{64}$"),
        ],
        optional: ["responseBodySha256"],
        "What stays of heads and bodies that were erased; null while they are there."
    )

    static let exchange = NamedSchema(
        "Exchange",
        .answer(
            [
                "id": .integer(1...Int64.max),
                "service": .oneOf(["generate", "query"]),
                "partnerReferenceNo": .text().orNull,
                "externalId": .text("X-EXTERNAL-ID."),
                "timestamp": .text("X-TIMESTAMP."),
                "stringToSign": bytes("What was signed.").orNull, "stringToSignBase64": base64,
                "signature": bytes("X-SIGNATURE.").orNull, "signatureBase64": base64,
                "requestHead": bytes("As sent.").orNull, "requestHeadBase64": base64,
                "requestBody": bytes("As sent.").orNull, "requestBodyBase64": base64,
                "erased": erasedCall.orNull,
                "responseStatus": .integer(100...599).orNull,
                "responseHead": bytes("As received.").orNull, "responseHeadBase64": base64,
                "responseBody": bytes("As received.").orNull, "responseBodyBase64": base64,
                "error": .text("Why there is no answer.").orNull,
                "startedAt": .time(),
                "finishedAt": .time(),
                "verification": verification.orNull,
            ],
            optional: [
                "stringToSign", "stringToSignBase64", "signature", "signatureBase64",
                "requestHead", "requestHeadBase64", "requestBody", "requestBodyBase64",
                "responseHead", "responseHeadBase64", "responseBody", "responseBodyBase64",
            ],
            "A call of the gateway, byte for byte."
        )
    )
}
