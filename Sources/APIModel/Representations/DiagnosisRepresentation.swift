package import Diagnosis
import Ledger
import Snap
package import Store
import Text

/// The JSON of a diagnosis, in the API and in `diagnose --json`.
package struct DiagnosisRepresentation: Encodable {
    struct Change: Encodable {
        let change: String
        let detail: String
        let remedy: String
    }

    struct Candidate: Encodable {
        let path: String
        let bodyForm: String
        let stringToSign: String
        let bodySHA256: String
    }

    struct Body: Encodable {
        let bodyForm: String
        let bytes: Int
        let sha256: String
        let configured: Bool
    }

    struct Key: Encodable {
        let file: String
        let use: String
        let fingerprint: String
        let bits: Int
        let result: String
        let isMerchantKey: Bool
    }

    struct Signature: Encodable {
        let occurrences: Int
        let strictBase64: Bool
        @Nullable var bytes: Int?
        let expectedBytes: [Int]
    }

    struct Signed: Encodable {
        let keyFingerprint: String
        let scheme: String
        @Nullable var hash: String?
        @Nullable var digest: String?
        @Nullable var stringToSign: String?
    }

    struct ClockDifference: Encodable {
        @Nullable var timestamp: String?
        @Nullable var receivedAt: String?
        @Nullable var differenceMilliseconds: Int64?
        let toleranceSeconds: Int
        @Nullable var withinTolerance: Bool?
    }

    struct Headers: Encodable {
        @Nullable var partnerIdMatches: Bool?
        let problems: [HeaderProblem]
    }

    struct HeaderProblem: Encodable {
        let row: Int
        let field: String
        let detail: String
        let responseCode: String
    }

    struct Search: Encodable {
        let strings: Int
        let stringsMax: Int
        let complete: Bool
    }

    /// The response to the callback.
    struct Response: Encodable {
        @Nullable var responseCode: String?
        @Nullable var responseMessage: String?
        @Nullable var row: Int?
        let reason: String
        let remedy: String
        @Nullable var replayHelps: Bool?
    }

    /// The id of a stored callback; omitted for a callback from a file.
    let callbackId: Int64?
    let verdict: String
    let answer: Response
    let summary: String
    let changes: [Change]
    let candidates: [Candidate]
    let bodies: [Body]
    let keys: [Key]
    let signature: Signature
    @Nullable var signed: Signed?
    let clock: ClockDifference
    let headers: Headers
    let search: Search
    let notes: [String]
}

extension DiagnosisRepresentation {
    /// Makes the representation of a diagnosis.
    ///
    /// - Parameters:
    ///   - response: the response to the callback, explained with the same diagnosis.
    ///   - notes: additional notes, which precede those of the diagnosis.
    package init(
        _ diagnosis: SignatureDiagnosis,
        _ response: ResponseReport,
        callbackID: Int64? = nil,
        notes: [String] = []
    ) {
        callbackId = callbackID
        verdict = diagnosis.verdict.rawValue
        answer = Response(response)
        summary = response.summary(diagnosis)
        changes = zip(diagnosis.changes, diagnosis.remedies).map { change, remedy in
            Change(change: change.name.rawValue, detail: change.detail, remedy: remedy.text)
        }
        candidates = diagnosis.candidates.map {
            Candidate(
                path: $0.path,
                bodyForm: $0.form.rawValue,
                stringToSign: $0.stringToSign,
                bodySHA256: $0.bodySHA256
            )
        }
        bodies = diagnosis.bodies.map {
            Body(
                bodyForm: $0.form.rawValue,
                bytes: $0.bytes,
                sha256: $0.sha256,
                configured: $0.isConfigured
            )
        }
        keys = diagnosis.keys.map { Key($0) }
        signature = Signature(
            occurrences: diagnosis.signature.occurrences,
            strictBase64: diagnosis.signature.isStrictBase64,
            bytes: diagnosis.signature.bytes,
            expectedBytes: diagnosis.signature.expectedBytes
        )
        signed = diagnosis.signed.map { Signed($0) }
        clock = ClockDifference(diagnosis.clock)
        headers = Headers(diagnosis.headers)
        search = Search(
            strings: diagnosis.triedCount,
            stringsMax: SignatureDiagnosis.triedCountMax,
            complete: diagnosis.isComplete
        )
        self.notes = notes + diagnosis.notes
    }
}

extension DiagnosisRepresentation {
    /// The diagnosis of a stored callback.
    ///
    /// If the signature verified at receipt but does not now, a note names what it verified with.
    package init(
        _ diagnosis: SignatureDiagnosis,
        _ response: ResponseReport,
        of record: CallbackRecord
    ) {
        var notes: [String] = []
        if !diagnosis.isVerified, let stored = record.verification {
            notes.append(
                "At receipt, the signature verified over \(stored.path) (\(stored.bodyForm)) "
                    + "with the key \(stored.keyFingerprint)."
            )
        }
        self.init(diagnosis, response, callbackID: record.id, notes: notes)
    }
}

extension DiagnosisRepresentation.Response {
    init(_ report: ResponseReport) {
        responseCode = report.responseCode
        responseMessage = report.responseMessage
        row = report.row
        reason = report.reason
        remedy = report.remedy
        replayHelps = report.replayHelps
    }
}

extension ReceivedResponse {
    /// The response that a stored callback got.
    ///
    /// - Parameter replayHelps: whether a replay would be successful now; nil if unknown.
    package init(to record: CallbackRecord, replayHelps: Bool?) {
        let (code, message) = CallbackRepresentation.response(record)
        self.init(
            code: code,
            message: message,
            isAuthentic: record.verification != nil,
            isReceived: true,
            outcome: record.outcome,
            client: record.client,
            replayHelps: replayHelps
        )
    }
}

extension DiagnosisRepresentation.Key {
    init(_ report: KeyReport) {
        file = report.name
        use = report.use.rawValue
        fingerprint = report.fingerprint
        bits = report.bits
        result = report.result.rawValue
        isMerchantKey = report.isMerchantKey
    }
}

extension DiagnosisRepresentation.Signed {
    init(_ signed: SignatureDiagnosis.Signed) {
        keyFingerprint = signed.keyFingerprint
        scheme = signed.scheme
        hash = signed.hashFunction
        digest = signed.digest
        stringToSign = signed.stringToSign
    }
}

extension DiagnosisRepresentation.ClockDifference {
    init(_ clock: ClockReport) {
        timestamp = clock.timestamp
        receivedAt = clock.receivedMilliseconds.map {
            JakartaTime.textWithFraction(milliseconds: $0)
        }
        differenceMilliseconds = clock.differenceMilliseconds
        toleranceSeconds = clock.toleranceSeconds
        withinTolerance = clock.isWithinTolerance
    }
}

extension DiagnosisRepresentation.Headers {
    init(_ headers: HeaderReport) {
        partnerIdMatches = headers.isPartnerEqual
        problems = headers.problems.map {
            DiagnosisRepresentation.HeaderProblem(
                row: $0.row,
                field: $0.field,
                detail: $0.detail,
                responseCode: $0.responseCode
            )
        }
    }
}
