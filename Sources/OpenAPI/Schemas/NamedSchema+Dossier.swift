// All evidence of one payment.
extension NamedSchema {
    static let dossierSchemas = [
        dossier, dossierKey, dossierKeyUse, dossierPart, dossierCallback, verification, exchange,
        gatewayService, erasedCall,
    ]

    static let dossier = NamedSchema(
        "Dossier",
        .response([
            "madeAt": .time(),
            "transaction": .reference(transactionWithHistory),
            "attention": .list(
                of: .reference(attention),
                "Open and resolved entries, newest first."
            ),
            "callbacks": .list(of: .reference(dossierCallback), "Newest first."),
            "exchanges": .list(of: .reference(exchange), "Gateway calls, newest first."),
            "keys": .list(
                of: .reference(dossierKey),
                "The public keys that verify signatures in this document."
            ),
            "truncated": .list(
                of: .reference(dossierPart),
                "The members that were cut off."
            ),
        ])
    )

    private static let dossierKey = NamedSchema(
        "DossierKey",
        .response([
            "use": .reference(dossierKeyUse),
            "fingerprint": .text("SHA-256 of the public key, in hexadecimal."),
            "pem": .text("The public key as PEM (SPKI)."),
        ])
    )

    private static let dossierKeyUse = NamedSchema(
        "DossierKeyUse",
        .oneOf(["gateway", "merchant"])
    )

    private static let dossierPart = NamedSchema(
        "DossierPart",
        .oneOf(["callbacks", "exchanges", "attention"])
    )

    /// The commands that verify a signature without the receiver.
    private static let verification = NamedSchema(
        "Verification",
        .response([
            "keyFingerprint": .text("SHA-256 of the public key that verifies the signature."),
            "lines": .list(
                of: .text(),
                "Commands for a shell with `base64` and `openssl`; the last one prints the result."
            ),
        ])
    )

    /// Stored bytes: as text if they are UTF-8, else as base64 under the name with `Base64`
    /// appended.
    private static func bytes(_ text: String) -> JSONSchema {
        .text(text + " If it is not UTF-8, it is in the member with `Base64` appended to its name.")
    }

    private static let base64 = JSONSchema.text(format: "byte")

    static let dossierCallback = NamedSchema(
        "DossierCallback",
        .all(
            [
                .reference(callback),
                .response(
                    [
                        "requestHead": bytes("The request head as received.").orNull,
                        "requestHeadBase64": base64,
                        "timestamp": .text("X-TIMESTAMP.").orNull,
                        "signature": bytes("X-SIGNATURE.").orNull, "signatureBase64": base64,
                        "stringToSign": bytes("The signed string.").orNull,
                        "stringToSignBase64": base64,
                        "verification": .reference(verification).orNull,
                    ],
                    optional: [
                        "requestHead", "requestHeadBase64", "signature", "signatureBase64",
                        "stringToSign", "stringToSignBase64",
                    ]
                ),
            ],
            "A callback with its signed string and its verification."
        )
    )

    private static let erasedCall = NamedSchema(
        "ErasedGatewayCall",
        .response(
            [
                "requestBodySha256": .text(pattern: "^[0-9a-f]{64}$"),
                "responseBodySha256": .text(pattern: "^[0-9a-f]{64}$"),
            ],
            optional: ["responseBodySha256"],
            "What is left of erased heads and bodies; null if they are not erased."
        )
    )

    static let gatewayService = NamedSchema(
        "GatewayService",
        .oneOf(["generate", "query"])
    )

    static let exchange = NamedSchema(
        "Exchange",
        .response(
            [
                "id": .integer(1...Int64.max),
                "service": .reference(gatewayService),
                "partnerReferenceNo": .text().orNull,
                "externalId": .text("X-EXTERNAL-ID."),
                "timestamp": .text("X-TIMESTAMP."),
                "stringToSign": bytes("The signed string.").orNull, "stringToSignBase64": base64,
                "signature": bytes("X-SIGNATURE.").orNull, "signatureBase64": base64,
                "requestHead": bytes("The request head as sent.").orNull,
                "requestHeadBase64": base64,
                "requestBody": bytes("The request body as sent.").orNull,
                "requestBodyBase64": base64,
                "erased": .reference(erasedCall).orNull,
                "responseStatus": .integer(100...599).orNull,
                "responseHead": bytes("The response head as received.").orNull,
                "responseHeadBase64": base64,
                "responseBody": bytes("The response body as received.").orNull,
                "responseBodyBase64": base64,
                "error": .text("The reason if there is no response.").orNull,
                "startedAt": .time(),
                "finishedAt": .time(),
                "verification": .reference(verification).orNull,
            ],
            optional: [
                "stringToSign", "stringToSignBase64", "signature", "signatureBase64",
                "requestHead", "requestHeadBase64", "requestBody", "requestBodyBase64",
                "responseHead", "responseHeadBase64", "responseBody", "responseBodyBase64",
            ],
            "A gateway call, byte for byte."
        )
    )
}
