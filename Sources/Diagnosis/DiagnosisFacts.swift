import Crypto
import Snap
import Text

/// What a diagnosis found out, to be put into words.
struct DiagnosisFacts {
    let callback: CapturedCallback
    let settings: DiagnosisSettings
    let opened: OpenedSignature?
    let isFound: Bool
    let changes: [Change]
    let signature: SignatureDiagnosis.Signature
    let headers: HeaderReport
    let clock: ClockReport
    let keys: [KeyReport]

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

    private func isMissing(_ name: String) -> Bool {
        callback.values(of: name).allSatisfy(\.isEmpty)
    }

    /// The verdict as a sentence.
    var summary: String {
        switch verdict {
        case .verifies:
            "The signature verifies, and nothing in the headers is against the callback."
        case .refusedHeaders: refusedSummary
        case .oneChange:
            "The signature does not verify, but one change would make it: "
                + "\(changes[0].detail)."
        case .severalChanges:
            "The signature does not verify, but \(changes.count) changes together would make it: "
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

    private var refusedSummary: String {
        let problem = headers.problems[0]
        return "The signature verifies, but the callback is answered \(problem.responseCode): "
            + "\(problem.field) \(problem.detail)."
    }

    /// The right key, other bytes.
    private var contentSummary: String {
        guard let opened else { return "" }
        let name = keys.first { $0.result == .opens }?.name ?? opened.key.fingerprint
        if opened.content == .padded {
            return
                "The signature was made with the key \(name), but it holds no digest that we know."
        }
        return "The signature was made with the key \(name), so the key is right and the signature "
            + "whole; but other bytes were signed than any of the strings that were tried."
    }

    /// No signature by its form.
    private var lengthSummary: String {
        guard let bytes = signature.bytes else {
            return "X-SIGNATURE is not base64, so it is no signature."
        }
        let lengths = signature.expectedBytes.isEmpty ? [256] : signature.expectedBytes
        let expected = lengths.map { String($0) }.joined(separator: " or ")
        var text = "X-SIGNATURE has \(bytes) bytes, but a signature by the key has \(expected)."
        if bytes == Self.placeholderBytes {
            text +=
                " It is as long as the placeholder on the gateway's page, and as an HMAC-SHA512"
                + " (SNAP's symmetric signature)."
        }
        return text
    }

    /// Bytes of the X-SIGNATURE in all samples of the gateway's page.
    private static let placeholderBytes = 64

    /// What else is worth knowing.
    var notes: [String] {
        var notes: [String] = []
        for key in keys where key.isMerchantKey {
            notes.append("\(key.name) is the merchant's own public key, not the gateway's.")
        }
        let isHeaderRepeated = changes.contains { $0.name == .repeatedHeader }
        if !changes.isEmpty, !isHeaderRepeated, let problem = headers.problems.first {
            notes.append(
                "Even then the callback is answered \(problem.responseCode): "
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
                "Compare the strings to sign and the hashes of the body with the gateway's own."
            )
        }
        return notes + bodyNotes
    }

    /// What is wrong with the body, whatever was signed.
    private var bodyNotes: [String] {
        if callback.body.isEmpty { return ["The body is empty."] }
        do throws(JSONError) {
            _ = try JSONDocument(callback.body)
            return []
        } catch {
            var note = "The body is no JSON that is accepted (\(error))"
            if typographicQuotes.contains(where: { callback.body.contains($0) }) {
                note += "; it holds typographic quotation marks, as text programs make them"
            }
            return [note + "."]
        }
    }
}

/// “ and ” in UTF-8.
private let typographicQuotes: [[UInt8]] = [[0xE2, 0x80, 0x9C], [0xE2, 0x80, 0x9D]]
