import Diagnosis
import Snap

// Why a signature verifies or fails. Article Diagnosis explains how they are found.
extension NamedSchema {
    static let diagnosisSchemas = [
        diagnosis, savedCallback, diagnosisVerdict, diagnosisResponse, diagnosisChange,
        signatureDifference,
        diagnosisCandidate, diagnosisBody, bodyForm, diagnosisKey, keyUse, keyResult,
        diagnosisSignature, diagnosisSigned, diagnosisClock, diagnosisHeaders, headerProblem,
        diagnosisSearch,
    ]

    static let bodyForm = NamedSchema(
        "BodyForm",
        .oneOf(BodyForm.allCases.map(\.rawValue), "The form of a body that a signature covers.")
    )
    private static let fingerprint = JSONSchema.text("SHA-256 of the public key, in hexadecimal.")

    static let diagnosis = NamedSchema(
        "Diagnosis",
        .response(
            [
                "callbackId": .integer(1...Int64.max, "Only of a stored callback."),
                "verdict": .reference(diagnosisVerdict),
                "answer": .reference(diagnosisResponse),
                "summary": .text("The response and the verdict, in sentences."),
                "changes": .list(
                    of: .reference(diagnosisChange),
                    "The signature verifies after all of these changes together."
                ),
                "candidates": .list(
                    of: .reference(diagnosisCandidate),
                    "The strings that a signature of this callback may cover."
                ),
                "bodies": .list(of: .reference(diagnosisBody)),
                "keys": .list(of: .reference(diagnosisKey)),
                "signature": .reference(diagnosisSignature),
                "signed": .reference(diagnosisSigned).orNull,
                "clock": .reference(diagnosisClock),
                "headers": .reference(diagnosisHeaders),
                "search": .reference(diagnosisSearch),
                "notes": .list(of: .text()),
            ],
            optional: ["callbackId"],
            "Why the signature of a callback verifies or fails with the current keys."
        )
    )

    /// The body of `POST /v1/diagnose`.
    static let savedCallback = NamedSchema(
        "SavedCallback",
        .text("A raw HTTP request, a `curl` command, a HAR file, or a callback of this API.")
    )

    private static let diagnosisVerdict = NamedSchema(
        "DiagnosisVerdict",
        .oneOf(SignatureDiagnosis.Verdict.allCases.map(\.rawValue))
    )

    private static let diagnosisResponse = NamedSchema(
        "DiagnosisResponse",
        .response(
            [
                "responseCode": .text("Null if it cannot be known.").orNull,
                "responseMessage": .text("Null if it cannot be known.").orNull,
                "row": .integer(1...13, "The row in the table of checks that decides.").orNull,
                "reason": .text("Why this response was given."),
                "remedy": .text("What to do."),
                "replayHelps": .flag(
                    "Whether a replay with the current configuration would be successful; null "
                        + "for a callback that is not stored."
                ).orNull,
            ],
            "The response that the callback got, or for a saved one would get."
        )
    )

    private static let signatureDifference = NamedSchema(
        "SignatureDifference",
        .oneOf(SignatureDifference.Name.allCases.map(\.rawValue))
    )

    private static let diagnosisChange = NamedSchema(
        "DiagnosisChange",
        .response([
            "change": .reference(signatureDifference),
            "detail": .text("What was found in this callback."),
            "remedy": .text("What to do."),
        ])
    )

    private static let diagnosisCandidate = NamedSchema(
        "DiagnosisCandidate",
        .response([
            "path": .text(), "bodyForm": .reference(bodyForm), "stringToSign": .text(),
            "bodySHA256": .text(),
        ])
    )

    private static let diagnosisBody = NamedSchema(
        "DiagnosisBody",
        .response([
            "bodyForm": .reference(bodyForm), "bytes": .integer(), "sha256": .text(),
            "configured": .flag(),
        ])
    )

    private static let diagnosisSearch = NamedSchema(
        "DiagnosisSearch",
        .response([
            "strings": .integer(), "stringsMax": .integer(),
            "complete": .flag("Whether all candidates were tried."),
        ])
    )
}

// What a diagnosis says of keys, signature, clock and headers.
extension NamedSchema {
    private static let keyUse = NamedSchema(
        "DiagnosisKeyUse",
        .oneOf(KeyReport.Use.allCases.map(\.rawValue))
    )
    private static let keyResult = NamedSchema(
        "DiagnosisKeyResult",
        .oneOf(KeyReport.Result.allCases.map(\.rawValue))
    )

    private static let diagnosisKey = NamedSchema(
        "DiagnosisKey",
        .response([
            "file": .text(),
            "use": .reference(keyUse),
            "fingerprint": fingerprint,
            "bits": .integer(),
            "result": .reference(keyResult),
            "isMerchantKey": .flag("Whether it is the merchant's own key, by mistake."),
        ])
    )

    private static let diagnosisSignature = NamedSchema(
        "DiagnosisSignature",
        .response([
            "occurrences": .integer(0...Int64.max, "The number of X-SIGNATURE fields."),
            "strictBase64": .flag(),
            "bytes": .integer().orNull,
            "expectedBytes": .list(of: .integer()),
        ])
    )

    private static let diagnosisSigned = NamedSchema(
        "DiagnosisSigned",
        .response(
            [
                "keyFingerprint": fingerprint,
                "scheme": .text(),
                "hash": .text().orNull,
                "digest": .text().orNull,
                "stringToSign": .text("The signed string, if it was found.").orNull,
            ],
            "The signed content, recovered from the signature with the key that made it."
        )
    )

    private static let diagnosisClock = NamedSchema(
        "DiagnosisClock",
        .response([
            "timestamp": .text("X-TIMESTAMP.").orNull,
            "receivedAt": .time().orNull,
            "differenceMilliseconds": .integer(Int64.min...Int64.max).orNull,
            "toleranceSeconds": .integer(),
            "withinTolerance": .flag().orNull,
        ])
    )

    private static let diagnosisHeaders = NamedSchema(
        "DiagnosisHeaders",
        .response([
            "partnerIdMatches": .flag().orNull,
            "problems": .list(of: .reference(headerProblem)),
        ])
    )

    private static let headerProblem = NamedSchema(
        "DiagnosisHeaderProblem",
        .response([
            "row": .integer(0...Int64.max, "The row in the table of checks."),
            "field": .text(),
            "detail": .text(),
            "responseCode": .text("The response code of that row."),
        ])
    )
}

extension Example {
    /// A callback whose signature does not verify.
    static let savedCallback = """
        POST /v1.0/debit/notify HTTP/1.1
        Content-Type: application/json
        X-TIMESTAMP: 2026-11-22T10:00:00+07:00
        X-PARTNER-ID: CID-1
        X-EXTERNAL-ID: 3bdf97a4f465d6d395fac6e7ac9a9ed2
        X-SIGNATURE: c2lnbmF0dXJl

        {"originalPartnerReferenceNo":"TRX-1","latestTransactionStatus":"00"}
        """
}
