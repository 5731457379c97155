import Captures
import Diagnosis
import Snap
import Text

/// A diagnosis as text for people: the verdict first, then the facts behind it.
struct DiagnosisText {
    private let diagnosis: SignatureDiagnosis
    private let response: ResponseReport
    private let callback: CapturedCallback
    private let notes: [String]

    /// Makes the text of a diagnosis.
    ///
    /// - Parameters:
    ///   - response: the response that the callback would get.
    ///   - notes: remarks about the file.
    init(
        _ diagnosis: SignatureDiagnosis,
        _ response: ResponseReport,
        of callback: CapturedCallback,
        notes: [String]
    ) {
        self.diagnosis = diagnosis
        self.response = response
        self.callback = callback
        self.notes = notes
    }

    /// The lines; control characters of the callback are escaped.
    var text: String {
        let sections = [changes, remarks, facts, keys, candidates]
        let lines = [
            "\(diagnosis.verdict.rawValue): \(response.summary(diagnosis))",
            "What to do: \(response.remedy)",
        ]
        return (lines + sections.filter { !$0.isEmpty }.flatMap { [""] + $0 })
            .map { oneLine($0) + "\n" }.joined()
    }

    private var changes: [String] {
        guard !diagnosis.changes.isEmpty else { return [] }
        var lines = ["Required changes:"]
        for (change, remedy) in zip(diagnosis.changes, diagnosis.remedies) {
            lines.append("  \(change.name.rawValue): \(change.detail).")
            lines.append("    \(remedy.text)")
        }
        return lines
    }

    private var remarks: [String] {
        let all = notes + diagnosis.notes
        return all.isEmpty ? [] : ["Notes:"] + all.map { "  \($0)" }
    }

    private var facts: [String] {
        var rows = [
            ("Request", "\(callback.method) \(callback.target)"),
            ("Signature", signature),
            ("Signed", signed),
            ("X-TIMESTAMP", clock),
        ]
        if diagnosis.headers.problems.isEmpty { rows.append(("Headers", "pass every check")) }
        for problem in diagnosis.headers.problems {
            let detail = "\(problem.field) \(problem.detail): answered \(problem.responseCode)"
            rows.append(("Headers", "\(detail) (row \(problem.row))"))
        }
        for body in diagnosis.bodies {
            let use = body.isConfigured ? "" : ", not configured"
            rows.append(
                ("Body", "\(body.form.rawValue), \(body.bytes) bytes, SHA-256 \(body.sha256)\(use)")
            )
        }
        return rows.map { name, text in
            name + String(repeating: " ", count: Self.nameColumns - name.count) + text
        }
    }

    private static let nameColumns = 13

    private var signature: String {
        let facts = diagnosis.signature
        if facts.occurrences == 0 { return "missing" }
        let form = facts.isStrictBase64 ? "base64" : "not strict base64"
        let size = facts.bytes.map { "\($0) bytes" } ?? "not readable"
        let times = facts.occurrences > 1 ? ", \(facts.occurrences) times" : ""
        return "\(size), \(form)\(times)"
    }

    private var signed: String {
        guard let signed = diagnosis.signed else { return "not readable with any key" }
        let hash = signed.hashFunction.map { " with \($0)" } ?? ""
        let digest = signed.digest.map { ", digest \($0)" } ?? ""
        return signed.scheme + hash + digest
    }

    private var clock: String {
        let clock = diagnosis.clock
        guard let timestamp = clock.timestamp else { return "missing, repeated or blank" }
        guard let difference = clock.differenceMilliseconds else {
            return "\(timestamp), the time of receipt is unknown"
        }
        let relation = difference < 0 ? "earlier" : "later"
        return "\(timestamp), received \(abs(difference)) ms \(relation)"
    }

    private var keys: [String] {
        if diagnosis.keys.isEmpty { return ["Keys: none"] }
        var lines = ["Keys:"]
        for key in diagnosis.keys {
            let use =
                switch key.use {
                case .gateway: "the gateway's"
                case .merchant: "the merchant's own"
                case .other: "not configured"
                }
            lines.append("  \(key.name): \(phrase(key.result)); \(use), \(key.bits) bits")
            lines.append("    \(key.fingerprint)")
        }
        return lines
    }

    private func phrase(_ result: KeyReport.Result) -> String {
        switch result {
        case .opens: "made the signature"
        case .doesNotOpen: "did not make the signature"
        case .otherLength: "makes signatures of another length"
        case .notTried: "not tried"
        }
    }

    private var candidates: [String] {
        var lines: [String] = []
        if let text = diagnosis.signed?.stringToSign {
            lines += ["Signed string:", "  \(text)"]
        }
        if diagnosis.candidates.isEmpty { return lines }
        lines.append("Strings that a signature may cover:")
        for candidate in diagnosis.candidates {
            lines.append("  \(candidate.stringToSign)  (\(candidate.form.rawValue))")
        }
        if !diagnosis.isComplete {
            lines.append(
                "The search ended at a bound of work, after \(diagnosis.triedCount) strings."
            )
        }
        return lines
    }
}
