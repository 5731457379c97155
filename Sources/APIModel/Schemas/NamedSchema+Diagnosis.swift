import Diagnosis
import Snap

// Why a signature verifies or fails. Article Diagnosis explains how they are found.
extension NamedSchema {
    private static let bodyForm = JSONSchema.oneOf(BodyForm.allCases.map(\.rawValue))
    private static let fingerprint = JSONSchema.text("SHA-256 of the public key, in hexadecimal.")

    static let diagnosis = NamedSchema(
        "Diagnosis",
        .response(
            [
                "callbackId": .integer(1...Int64.max),
                "verdict": .oneOf(SignatureDiagnosis.Verdict.allCases.map(\.rawValue)),
                "answer": diagnosisResponse,
                "summary": .text("The response and the verdict, in sentences."),
                "changes": .list(
                    of: .response([
                        "change": .oneOf(SignatureDifference.Name.allCases.map(\.rawValue)),
                        "detail": .text("What was found in this callback."),
                        "remedy": .text("What to do."),
                    ]),
                    "The signature verifies after all of these changes together."
                ),
                "candidates": .list(
                    of: .response([
                        "path": .text(), "bodyForm": bodyForm, "stringToSign": .text(),
                        "bodySHA256": .text(),
                    ]),
                    "The strings that a signature of this callback may cover."
                ),
                "bodies": .list(
                    of: .response([
                        "bodyForm": bodyForm, "bytes": .integer(), "sha256": .text(),
                        "configured": .flag(),
                    ])
                ),
                "keys": .list(of: diagnosisKey),
                "signature": diagnosisSignature,
                "signed": diagnosisSigned.orNull,
                "clock": diagnosisClock,
                "headers": diagnosisHeaders,
                "search": .response([
                    "strings": .integer(), "stringsMax": .integer(),
                    "complete": .flag("Whether all candidates were tried."),
                ]),
                "notes": .list(of: .text()),
            ],
            "Why the signature of a callback verifies or fails with the current keys."
        )
    )

    private static let diagnosisResponse = JSONSchema.response(
        [
            "responseCode": .text("Null if it cannot be known.").orNull,
            "responseMessage": .text("Null if it cannot be known.").orNull,
            "row": .integer(1...13, "The row in the table of checks that decides.").orNull,
            "reason": .text("Why this response was given."),
            "remedy": .text("What to do."),
            "replayHelps": .flag(
                "Whether a replay with the current configuration would be successful; null for a "
                    + "callback that is not stored."
            ).orNull,
        ],
        "The response that the callback got, or for a saved one would get."
    )

    private static let diagnosisKey = JSONSchema.response([
        "file": .text(),
        "use": .oneOf(KeyReport.Use.allCases.map(\.rawValue)),
        "fingerprint": fingerprint,
        "bits": .integer(),
        "result": .oneOf(KeyReport.Result.allCases.map(\.rawValue)),
        "isMerchantKey": .flag("Whether it is the merchant's own key, by mistake."),
    ])

    private static let diagnosisSignature = JSONSchema.response([
        "occurrences": .integer(0...Int64.max, "The number of X-SIGNATURE fields."),
        "strictBase64": .flag(),
        "bytes": .integer().orNull,
        "expectedBytes": .list(of: .integer()),
    ])

    private static let diagnosisSigned = JSONSchema.response(
        [
            "keyFingerprint": fingerprint,
            "scheme": .text(),
            "hash": .text().orNull,
            "digest": .text().orNull,
            "stringToSign": .text("The signed string, if it was found.").orNull,
        ],
        "The signed content, recovered from the signature with the key that made it."
    )

    private static let diagnosisClock = JSONSchema.response([
        "timestamp": .text("X-TIMESTAMP.").orNull,
        "receivedAt": .time().orNull,
        "differenceMilliseconds": .integer(Int64.min...Int64.max).orNull,
        "toleranceSeconds": .integer(),
        "withinTolerance": .flag().orNull,
    ])

    private static let diagnosisHeaders = JSONSchema.response([
        "partnerIdMatches": .flag().orNull,
        "problems": .list(
            of: .response([
                "row": .integer(0...Int64.max, "The row in the table of checks."),
                "field": .text(),
                "detail": .text(),
                "responseCode": .text("The response code of that row."),
            ])
        ),
    ])
}
