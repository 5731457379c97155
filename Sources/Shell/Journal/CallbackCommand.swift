package import Commands
import Configuration
import ReceiverClient
import Snap
import Text

extension Command {
    package static let callback = Command(
        running: CallbackCommand.self,
        name: "callback",
        summary: "Shows one stored callback as received, or why its signature verifies or fails.",
        options: CallbackCommand.options,
        operand: "ID",
        scope: .journal,
        example: "callback 99 --diagnosis"
    )
}

/// `GET /v1/callbacks/{id}`, or its `diagnosis`.
struct CallbackCommand: APICommand {
    static let options = [diagnosis]
    private static let diagnosis = CommandOption(
        flag: "--diagnosis",
        summary: "Explains the response, with the current keys and configuration."
    )

    private let id: Int64
    private let isDiagnosis: Bool

    init(_ arguments: CommandArguments) throws(UsageError) {
        id = try arguments.numbers("ID").first ?? 0
        isDiagnosis = arguments.has(Self.diagnosis)
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let path = ["v1", "callbacks", "\(id)"] + (isDiagnosis ? ["diagnosis"] : [])
        let response = try await session.api.get(path)
        if session.isJSON { return session.showJSON(response.bytes) }
        session.console.output(
            isDiagnosis ? diagnosis(response.root) : CallbackText(response.root).text
        )
    }

    /// The verdict, and what to do about it; `--json` has everything behind it.
    private func diagnosis(_ diagnosis: JSONValue) -> String {
        var lines = [
            "\(diagnosis.text("verdict") ?? "-"): \(diagnosis.text("summary") ?? "-")",
            "What to do: \(diagnosis["answer"]?.text("remedy") ?? "-")",
        ]
        for change in diagnosis["changes"]?.elements ?? [] {
            lines.append("")
            lines.append("\(change.text("change") ?? "-"): \(change.text("detail") ?? "-").")
            if let remedy = change.text("remedy") { lines.append("  " + remedy) }
        }
        let notes = diagnosis["notes"]?.elements.compactMap(\.string) ?? []
        if !notes.isEmpty { lines += ["", "Notes:"] + notes.map { "  " + $0 } }
        if let signed = diagnosis["signed"]?.text("stringToSign") {
            lines += ["", "Signed string:", "  " + signed]
        }
        return lines.map { oneLine($0) + "\n" }.joined()
    }
}

/// A stored callback as text for people: its facts, then the request as received.
private struct CallbackText {
    private let callback: JSONValue

    init(_ callback: JSONValue) { self.callback = callback }

    var text: String {
        let request = [callback.text("requestLine")].compactMap(\.self) + headers
        let sections = [request, body].filter { !$0.isEmpty }
        return FactLines.text(facts)
            + sections.map { "\n" + $0.map { oneLine($0) + "\n" }.joined() }.joined()
    }

    private var facts: [(title: String, value: String?)] {
        [
            ("Callback", callback.text("id")),
            ("Received", callback.text("receivedAt")),
            ("From", callback.text("client")),
            ("Outcome", callback.text("outcome")),
            ("Response", words("responseCode", "responseMessage")),
            ("Reference", callback.text("partnerReferenceNo")),
            ("Said about", words("originalPartnerReferenceNo", "originalReferenceNo")),
            ("Said status", callback.text("latestTransactionStatus")),
            ("Said amount", callback.amount("amount")),
            ("External id", callback.text("externalId")),
            ("Sequence", callback.text("sequence")),
            ("Signed path", callback["match"]?.text("path")),
            ("Signed body", callback["match"]?.text("body")),
            ("Key", callback["match"]?.text("keyFingerprint")),
            ("Deliveries", deliveries),
            ("Body SHA-256", callback["erased"]?.text("bodySha256")),
            ("Signature", callback["erased"]?.text("signature")),
        ]
    }

    private func words(_ names: String...) -> String? {
        let words = names.compactMap { callback.text($0) }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    private var deliveries: String? {
        guard let deliveries = callback["deliveries"], let count = deliveries.text("count") else {
            return nil
        }
        return count == "1" ? "1" : "\(count), the last at \(deliveries.text("lastAt") ?? "-")"
    }

    private var headers: [String] {
        callback["headers"]?.elements.map {
            "\($0.text("name") ?? ""): \($0.text("value") ?? "")"
        } ?? []
    }

    /// The body; with bytes that are not UTF-8, in base64.
    private var body: [String] {
        if let text = callback.text("bodyBase64") { return ["The body in base64:", text] }
        return callback.text("body")?.split(separator: "\n").map(String.init) ?? []
    }
}
