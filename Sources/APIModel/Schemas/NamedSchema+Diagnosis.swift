import Diagnosis
import Snap

// Why a signature verifies or does not. The words are explained in the README.
extension NamedSchema {
    private static let bodyForm = JSONSchema.oneOf(BodyForm.allCases.map(\.rawValue))
    private static let fingerprint = JSONSchema.text("SHA-256 of the public key, hexadecimal.")

    static let diagnosis = NamedSchema(
        "Diagnosis",
        .answer(
            [
                "callbackId": .integer(1...Int64.max),
                "verdict": .oneOf(SignatureDiagnosis.Verdict.allCases.map(\.rawValue)),
                "summary": .text("The verdict in a sentence."),
                "changes": .list(
                    of: .answer([
                        "change": .oneOf(Change.Name.allCases.map(\.rawValue)),
                        "detail": .text("What it is here."),
                        "remedy": .text("What to do about it."),
                    ]),
                    "With all of them the signature verifies."
                ),
                "candidates": .list(
                    of: .answer([
                        "path": .text(), "bodyForm": bodyForm, "stringToSign": .text(),
                        "bodySHA256": .text(),
                    ]),
                    "The strings that a signature of this callback may cover."
                ),
                "bodies": .list(
                    of: .answer([
                        "bodyForm": bodyForm, "bytes": .integer(), "sha256": .text(),
                        "configured": .flag(),
                    ])
                ),
                "keys": .list(of: diagnosisKey),
                "signature": diagnosisSignature,
                "signed": diagnosisSigned.orNull,
                "clock": diagnosisClock,
                "headers": diagnosisHeaders,
                "search": .answer([
                    "strings": .integer(), "stringsMax": .integer(),
                    "complete": .flag("Whether everything was tried."),
                ]),
                "notes": .list(of: .text()),
            ],
            "Why the signature of a callback verifies or does not, with today's keys."
        )
    )

    private static let diagnosisKey = JSONSchema.answer([
        "file": .text(),
        "use": .oneOf(KeyReport.Use.allCases.map(\.rawValue)),
        "fingerprint": fingerprint,
        "bits": .integer(),
        "result": .oneOf(KeyReport.Result.allCases.map(\.rawValue)),
        "isMerchantKey": .flag("Whether it is the merchant's own by mistake."),
    ])

    private static let diagnosisSignature = JSONSchema.answer([
        "occurrences": .integer(0...Int64.max, "How often X-SIGNATURE is there."),
        "strictBase64": .flag(),
        "bytes": .integer().orNull,
        "expectedBytes": .list(of: .integer()),
    ])

    private static let diagnosisSigned = JSONSchema.answer(
        [
            "keyFingerprint": fingerprint,
            "scheme": .text(),
            "hash": .text().orNull,
            "digest": .text().orNull,
            "stringToSign": .text("If it was found.").orNull,
        ],
        "What the key that made the signature says was signed."
    )

    private static let diagnosisClock = JSONSchema.answer([
        "timestamp": .text("X-TIMESTAMP.").orNull,
        "receivedAt": .time().orNull,
        "differenceMilliseconds": .integer(Int64.min...Int64.max).orNull,
        "toleranceSeconds": .integer(),
        "withinTolerance": .flag().orNull,
    ])

    private static let diagnosisHeaders = JSONSchema.answer([
        "partnerIdMatches": .flag().orNull,
        "problems": .list(
            of: .answer([
                "row": .integer(0...Int64.max, "Of the table of checks."),
                "field": .text(),
                "detail": .text(),
                "responseCode": .text("What the gateway is answered."),
            ])
        ),
    ])
}
