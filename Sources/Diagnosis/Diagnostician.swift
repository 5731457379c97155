package import Captures
package import Crypto
import Snap

extension SignatureDiagnosis {
    /// Diagnoses a callback.
    ///
    /// Pure. The work is bounded for any input: one RSA operation for each key (64 at most) and
    /// reading of the signature (12 at most), and ``triedCountMax`` comparisons for each opened
    /// signature (4 at most).
    ///
    /// - Throws: if OpenSSL fails; no callback can cause that.
    package init(
        _ callback: CapturedCallback,
        _ settings: DiagnosisSettings
    ) throws(CryptoError) {
        let hasher = try SHA256()
        let ring = KeyRing(settings)
        let readings = SignatureReading.all(callback.values(of: "X-SIGNATURE"))
        var search = try CandidateSearch(callback, settings, hasher: hasher)
        let (opened, found) = try Self.search(try ring.openings(readings), &search, hasher)

        changes = found.map { (opened?.changes ?? []) + $0.changes } ?? []
        remedies = changes.map {
            RemedyTable(callback, settings, signedPath: found?.path).remedy(for: $0)
        }
        candidates = Self.candidates(callback, settings, hasher)
        bodies = Self.bodies(callback, settings, hasher)
        keys = ring.reports(readings, opened: opened)
        signature = Self.signature(callback, readings, settings)
        signed = opened.map { Self.signed($0, found) }
        clock = ClockReport(callback, settings)
        headers = HeaderReport(callback, settings)
        triedCount = search.tried
        isComplete = search.isComplete
        let facts = DiagnosisFacts(
            callback: callback,
            settings: settings,
            opened: opened,
            isFound: found != nil,
            changes: changes,
            signature: signature,
            headers: headers,
            clock: clock,
            keys: keys
        )
        verdict = facts.verdict
        summary = facts.summary
        notes = facts.notes
    }

    /// The first opened signature whose string is found; without one, the first certain signature.
    private static func search(
        _ openings: [OpenedSignature],
        _ search: inout CandidateSearch,
        _ hasher: SHA256
    ) throws(CryptoError) -> (OpenedSignature?, CandidateSearch.Found?) {
        for opened in openings.prefix(openingsMax) {
            let found = try search.find { text throws(CryptoError) in
                try opened.covers(text, hasher: hasher)
            }
            if let found { return (opened, found) }
        }
        return (openings.first { $0.isCertain }, nil)
    }

    /// Maximum number of opened signatures whose string is searched.
    private static let openingsMax = 4

    /// The strings that the configuration accepts; none unless X-TIMESTAMP occurs once.
    private static func candidates(
        _ callback: CapturedCallback,
        _ settings: DiagnosisSettings,
        _ hasher: SHA256
    ) -> [Candidate] {
        let timestamps = callback.values(of: "X-TIMESTAMP")
        guard timestamps.count == 1, let timestamp = timestamps.first, !timestamp.isEmpty else {
            return []
        }
        return SigningCandidate.all(
            paths: settings.signaturePaths,
            forms: settings.bodyForms,
            timestamp: timestamp.span,
            body: callback.body.span,
            hasher: hasher
        ).map { candidate in
            Candidate(
                path: candidate.path,
                form: candidate.form,
                stringToSign: String(decoding: candidate.text, as: UTF8.self),
                bodySHA256: candidate.bodyDigest.hex
            )
        }
    }

    /// The hash of the body in each form, whether configured or not.
    private static func bodies(
        _ callback: CapturedCallback,
        _ settings: DiagnosisSettings,
        _ hasher: SHA256
    ) -> [Body] {
        let forms = BodyForm.standard + settings.bodyForms.filter { $0.isLossy }
        return forms.map { form in
            let bytes = form.bytes(of: callback.body)
            return Body(
                form: form,
                bytes: bytes.count,
                sha256: hasher.digest(of: bytes.span).hex,
                isConfigured: settings.bodyForms.contains(form)
            )
        }
    }

    /// The form of X-SIGNATURE, and the expected lengths.
    private static func signature(
        _ callback: CapturedCallback,
        _ readings: [SignatureReading],
        _ settings: DiagnosisSettings
    ) -> Signature {
        let expected = Set(settings.keys.map(\.key.modulusBytes))
        let lengths = readings.map(\.bytes.count)
        let wanted = expected.union(Signature.symmetricBytes.keys)
        return Signature(
            occurrences: callback.values(of: "X-SIGNATURE").count,
            isStrictBase64: readings.contains { reading in
                !reading.changes.contains { $0.name == .signatureEncoding }
            },
            // Of several readings, the one of a length that means something.
            bytes: lengths.first { wanted.contains($0) } ?? lengths.first,
            expectedBytes: expected.sorted()
        )
    }

    /// The content of an opened signature.
    private static func signed(
        _ opened: OpenedSignature,
        _ found: CandidateSearch.Found?
    ) -> Signed {
        Signed(
            keyFingerprint: opened.key.fingerprint,
            scheme: opened.scheme,
            hashFunction: opened.hashFunction?.rawValue,
            digest: opened.digest.map { Hex.text($0.span) },
            stringToSign: found.map { String(decoding: $0.text, as: UTF8.self) },
            path: found?.path
        )
    }
}
