import Commands
import HTTPClient
import HTTPCore
import Snap
import Text

/// A response of the internal API, or of another server in its place.
struct APIResponse {
    private let status: Status
    private let body: [UInt8]
    private let endpoint: APIEndpoint

    init(_ response: InboundResponse, from endpoint: APIEndpoint) {
        status = response.status
        body = response.body
        self.endpoint = endpoint
    }

    /// The JSON object of a successful response.
    ///
    /// - Throws: the problem of an error response, or of a response that is not one of the API.
    func document() throws(CommandProblem) -> JSONDocument {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(body)
        } catch {
            throw foreign("which is not JSON")
        }
        guard (200...299).contains(status.code) else { throw problem(document.root) }
        guard document.root.kind == .object else { throw foreign("which is not a JSON object") }
        return document
    }

    /// Formats problem details (RFC 9457) as `TITLE: DETAIL (field F; gateway CODE MESSAGE)`.
    private func problem(_ details: JSONValue) -> CommandProblem {
        guard let type = details["type"]?.string, type.hasPrefix("urn:cashin-receiver:problem:"),
            let title = details["title"]?.string
        else { return foreign("without problem details") }
        var text = title
        if let detail = details["detail"]?.string { text += ": \(detail)" }
        var notes: [String] = []
        if let field = details["field"]?.string { notes.append("field \(field)") }
        if let code = details["responseCode"]?.string {
            let words = ["gateway", code, details["responseMessage"]?.string]
            notes.append(words.compactMap(\.self).joined(separator: " "))
        }
        if isAboutToken { notes.append("the token is in \(endpoint.token.path)") }
        if !notes.isEmpty { text += " (\(notes.joined(separator: "; ")))" }
        var problem = CommandProblem(code, text)
        problem.isPassing = details["retryable"]?.bool ?? false
        return problem
    }

    /// The problem of a response that the internal API does not send.
    private func foreign(_ what: String) -> CommandProblem {
        var problem = CommandProblem(
            .unavailable,
            "\(endpoint.origin) answered \(status.code) \(status.reasonPhrase), \(what); "
                + "expected the internal API of cashin-receiver"
        )
        // A proxy in front of an unavailable daemon responds like this.
        problem.isPassing = code == .unavailable
        return problem
    }

    private var isAboutToken: Bool { [401, 403].contains(status.code) }

    /// The exit code for the status.
    private var code: ExitCode {
        switch status.code {
        case 401, 403: .configuration
        case 408, 429, 502, 503, 504: .unavailable
        case 400...499: .badData
        default: .internalError
        }
    }
}
