import Captures
import Compression
import Crypto
import Snap
import Text

/// The results of a diagnosis, from which verdict, summary and notes are derived.
struct DiagnosisFacts {
    let callback: CapturedCallback
    let settings: DiagnosisSettings
    /// The signature as opened with a key; nil if no key opens it.
    let opened: OpenedSignature?
    /// Whether the signed string was found.
    let isFound: Bool
    /// The differences from the expected string, signature and key; empty if none was found.
    let changes: [SignatureDifference]
    let signature: SignatureDiagnosis.Signature
    let headers: HeaderReport
    let clock: ClockReport
    let keys: [KeyReport]

    /// The verdict; the first that applies, in the order of the code.
    var verdict: SignatureDiagnosis.Verdict {
        if isFound {
            switch changes.count {
            case 0: return headers.problems.isEmpty ? .verifies : .refusedHeaders
            case 1: return .oneChange
            default: return .severalChanges
            }
        }
        if isMissing("X-SIGNATURE") { return .missingHeader }
        if opened != nil { return isMissing("X-TIMESTAMP") ? .missingHeader : .otherContent }
        guard let bytes = signature.bytes else { return .unusableSignature }
        if keys.isEmpty { return .noKeys }
        let lengths = keys.map { ($0.bits + 7) / 8 }
        if !lengths.contains(bytes) { return .unusableSignature }
        return settings.keys.isEmpty ? .noKeys : .otherKey
    }

    /// Whether no field with this name has a value.
    private func isMissing(_ name: String) -> Bool {
        callback.values(of: name).allSatisfy(\.isEmpty)
    }

    /// The verdict as a sentence.
    var summary: String {
        switch verdict {
        case .verifies:
            "The signature verifies, and the headers pass every check."
        case .refusedHeaders: refusedSummary
        case .oneChange:
            "The signature does not verify, but it would with one change: "
                + "\(changes[0].detail)."
        case .severalChanges:
            "The signature does not verify, but it would with \(changes.count) changes together: "
                + changes.map(\.detail).joined(separator: "; ") + "."
        case .otherContent: contentSummary
        case .otherKey:
            "None of the keys opens the signature: it was made with a key that is not configured, "
                + "or it was damaged."
        case .unusableSignature: lengthSummary
        case .missingHeader:
            "There is no "
                + ["X-SIGNATURE", "X-TIMESTAMP"].filter(isMissing).joined(separator: " and no ")
                + ", so nothing can verify."
        case .noKeys:
            "No key of the gateway is configured (cashIn.publicKeyFiles), so nothing can verify."
        }
    }

    /// The summary of `refusedHeaders`: the first problem decides the response.
    private var refusedSummary: String {
        let problem = headers.problems[0]
        return "The signature verifies, but the response is \(problem.responseCode): "
            + "\(problem.field) \(problem.detail)."
    }

    /// The summary of `otherContent`: the key matches, the signed bytes do not.
    private var contentSummary: String {
        guard let opened else { return "" }
        let name = keys.first { $0.result == .opens }?.name ?? opened.key.fingerprint
        if opened.content == .padded {
            return
                "The signature was made with the key \(name), but it contains no known digest."
        }
        return "The signature was made with the key \(name), so the key is right and the signature "
            + "is intact; but the signed bytes match none of the strings that were tried."
    }

    /// The summary of `unusableSignature`: not base64, or of the wrong length.
    private var lengthSummary: String {
        guard let bytes = signature.bytes else {
            return "X-SIGNATURE is not base64, so it is not a signature."
        }
        let lengths = signature.expectedBytes.isEmpty ? [256] : signature.expectedBytes
        let expected = lengths.map { String($0) }.joined(separator: " or ")
        var text = "X-SIGNATURE has \(bytes) bytes, but a signature by the key has \(expected)."
        if let name = signature.symmetricName {
            text +=
                " That is the length of an \(name), SNAP's symmetric signature: the gateway signs "
                + "with a client secret, not with its RSA key."
        }
        if bytes == Self.placeholderBytes {
            text += " The placeholder in the gateway's documentation has the same length."
        }
        return text
    }

    /// Bytes of the X-SIGNATURE in all samples of the gateway's documentation (article Gateway).
    private static let placeholderBytes = 64

    /// Further findings, as sentences.
    var notes: [String] {
        var notes: [String] = []
        for key in keys where key.isMerchantKey {
            notes.append("\(key.name) is the merchant's own public key, not the gateway's.")
        }
        let isHeaderRepeated = changes.contains { $0.name == .repeatedHeader }
        if !changes.isEmpty, !isHeaderRepeated, let problem = headers.problems.first {
            notes.append(
                "Even then the response is \(problem.responseCode): "
                    + "\(problem.field) \(problem.detail)."
            )
        }
        if clock.isWithinTolerance == false, let difference = clock.differenceMilliseconds {
            let seconds = abs(difference) / 1000
            let relation = difference > 0 ? "older than" : "ahead of"
            notes.append(
                "X-TIMESTAMP is \(seconds) s \(relation) the time of receipt; "
                    + "\(clock.toleranceSeconds) s are allowed."
            )
        }
        if verdict == .otherContent {
            notes.append(
                "Compare the strings to sign and the body hashes with those of the gateway."
            )
        }
        return notes + bodyRemarks
    }

    /// Faults of the body, independent of the signature.
    private var bodyRemarks: [String] {
        if callback.body.isEmpty { return ["The body is empty."] }
        if let coding = ContentCoding(callback.body) {
            let isLoaded = coding != .zstandard && Inflater() != nil
            let missing = " It cannot be decompressed here (gzip and deflate need package zlib1g), "
            return [
                "The body is compressed (\(coding.phrase))."
                    + (isLoaded ? "" : missing + "so its content was not compared.")
            ]
        }
        do throws(JSONError) {
            _ = try JSONDocument(callback.body)
            return []
        } catch {
            var remark = "The body is not JSON that the receiver accepts (\(error))"
            if typographicQuotes.contains(where: { callback.body.contains($0) }) {
                remark += "; it contains typographic quotation marks, as word processors insert"
            }
            return [remark + "."]
        }
    }
}

/// “ and ” in UTF-8.
private let typographicQuotes: [[UInt8]] = [[0xE2, 0x80, 0x9C], [0xE2, 0x80, 0x9D]]
